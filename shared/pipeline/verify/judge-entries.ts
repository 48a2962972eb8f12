import type { DayCommit } from '../../day/day-commit.ts';
import { entryHistoryPrefix } from '../../keys/lake-keys.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { filePlanShape } from '../../run/file-plan.ts';
import { type LedgerEntry, supplementedRun } from '../../run/ledger-entry.ts';
import { inParallel } from '../store/in-parallel.ts';
import type { Depth } from './data-object.ts';
import { type DayRecord, entryKeyOf, readCommitDocument, readRevision } from './day-record.ts';
import { byConversion, damage, type Finding, note, repaired, type SourceFile } from './finding.ts';
import { readDocument, type StoredDocument } from './stored-document.ts';

const PARALLEL_ENTRIES = 16;

/** Judges the ledger entries of a day: each alone, by the versions of it that are kept, and by the commit that readers see. */
export async function judgeEntries(
  ports: PipelinePorts,
  record: DayRecord,
  depth: Depth,
): Promise<Finding[]> {
  const published = record.last?.value?.files.map(({ sourceId }) => sourceId) ?? [];
  const sources = new Set([...record.entries.keys(), ...record.revisions.keys(), ...published]);
  // Looked up once for each of many files.
  const shownRuns = new Map(record.last?.value?.files.map(({ sourceId, runId }) => [sourceId, runId]));
  const judge = (sourceId: string) =>
    new EntryJudge(ports, record, sourceId, shownRuns.get(sourceId)).judge(depth);
  return (await inParallel([...sources].sort(), PARALLEL_ENTRIES, judge)).flat();
}

class EntryJudge {
  private readonly ports: PipelinePorts;
  private readonly record: DayRecord;
  private readonly sourceId: string;
  /** The run of the file that readers see. */
  private readonly shownRun: string | undefined;
  private readonly key: string;
  private readonly stored: StoredDocument<LedgerEntry> | undefined;
  /** Numbers of the versions that are kept, the highest first. */
  private readonly kept: number[];

  constructor(ports: PipelinePorts, record: DayRecord, sourceId: string, shownRun: string | undefined) {
    this.ports = ports;
    this.record = record;
    this.shownRun = shownRun;
    this.sourceId = sourceId;
    this.key = entryKeyOf(record, sourceId);
    this.stored = record.entries.get(sourceId);
    this.kept = [...(record.revisions.get(sourceId) ?? [])].sort((a, b) => b - a);
  }

  async judge(depth: Depth): Promise<Finding[]> {
    const entry = this.stored?.value;
    if (!entry) return [await this.unreadable(this.stored?.problem ?? 'it is missing')];
    const revision = entry.revision ?? 1;
    const highest = this.kept[0] ?? 0;
    if (highest > revision || (highest === revision && !(await this.isKeptAs(revision)))) {
      return [await this.unreadable(`it is revision ${revision}, and revision ${highest} is kept`)];
    }
    const findings: Finding[] = [];
    if (highest === revision) {
      findings.push(
        note(
          this.key,
          'a change of it was interrupted, or undone',
          'the next change of the file goes on from here',
        ),
      );
    }
    const lost = await this.lostVersion(entry);
    if (lost) findings.push(lost);
    return depth === 'quick' ? findings : [...findings, ...(await this.judgeKept(entry))];
  }

  private async isKeptAs(revision: number): Promise<boolean> {
    const kept = await readRevision(this.ports.lake, this.record, this.sourceId, revision);
    return kept !== undefined && Buffer.compare(kept.bytes, this.stored!.bytes) === 0;
  }

  /** The entry is damaged, missing or an old one: the last version that is kept takes its place. */
  private async unreadable(what: string): Promise<Finding> {
    for (const revision of this.kept) {
      const kept = await readRevision(this.ports.lake, this.record, this.sourceId, revision);
      if (!kept?.value) continue;
      const action = { do: 'restore-entry', key: this.key } as const;
      return damage(this.key, what, 'operations', repaired(`bring back revision ${revision}`, action));
    }
    const action = this.stored && ({ do: 'set-aside', key: this.key } as const);
    return damage(this.key, what, 'operations', byConversion(await this.file(undefined), action));
  }

  /** Readers see a run of the file of which the entry knows nothing. */
  private async lostVersion(entry: LedgerEntry): Promise<Finding | undefined> {
    const runId = this.shownRun;
    const taken = await this.unsettled(entry, runId);
    if (taken) return taken;
    if (runId === undefined || entry.loaded?.runId === runId || (await this.knows(runId))) return undefined;
    const what = `readers see run ${runId} of it, and no version of it has that run`;
    const action = { do: 'end-run', key: this.key, runId } as const;
    const keys = runKeys(runId);
    const canEnd =
      entry.runId === runId &&
      (await this.ports.lake.head(keys.plan)) !== undefined &&
      (await this.ports.lake.head(keys.merges)) !== undefined;
    const mend = canEnd
      ? repaired('note again that the run ended', action)
      : byConversion(await this.file(entry));
    return damage(this.key, what, 'operations', mend);
  }

  private async knows(runId: string): Promise<boolean> {
    for (const revision of this.kept) {
      const kept = await readRevision(this.ports.lake, this.record, this.sourceId, revision);
      if (kept?.value?.loaded?.runId === runId) return true;
    }
    return false;
  }

  /** A rollback is committed, and the entry still has the version that was taken back. */
  private async unsettled(entry: LedgerEntry, runId: string | undefined): Promise<Finding | undefined> {
    const { last, dataset, businessDate } = this.record;
    const loaded = entry.loaded;
    if (!last?.value || businessDate === null || !loaded || loaded.runId === runId) return undefined;
    for (const number of this.record.commits.toReversed()) {
      const commit: DayCommit | undefined = (await readCommitDocument(this.ports.lake, this.record, number))
        ?.value;
      if (!commit) continue;
      if (loaded.loadedAt > commit.committedAt) return undefined;
      const files = commit.rollback?.files.filter(({ sourceId }) => sourceId === this.sourceId) ?? [];
      if (files.length === 0) continue;
      const taken = files.find(({ from }) => from === loaded.runId);
      if (!taken || taken.to !== (runId ?? null)) return undefined;
      const action = {
        do: 'settle',
        dataset,
        businessDate,
        commit: number,
        sourceId: this.sourceId,
      } as const;
      const what = `it has run ${loaded.runId}, which commit ${number} took back`;
      return damage(this.key, what, 'operations', repaired(`make it agree with commit ${number}`, action));
    }
    return undefined;
  }

  /** The versions before the entry: rollbacks read them. */
  private async judgeKept(entry: LedgerEntry): Promise<Finding[]> {
    const findings: Finding[] = [];
    const prefix = entryHistoryPrefix(this.key);
    for (let revision = 1; revision < (entry.revision ?? 1); revision++) {
      const key = `${prefix}${revision}.json`;
      const kept = await readRevision(this.ports.lake, this.record, this.sourceId, revision);
      if (kept?.problem !== undefined) {
        findings.push(
          damage(key, kept.problem, 'operations', repaired('move it aside', { do: 'set-aside', key })),
        );
      } else if (!kept) {
        findings.push(
          note(key, 'it is missing', 'a rollback to it is no longer possible; rows do not depend on it'),
        );
      }
    }
    return findings;
  }

  private async file(entry: LedgerEntry | undefined): Promise<SourceFile> {
    if (entry) return sourceFile(this.record, entry);
    const of = this.record.last?.value?.files.find(({ sourceId }) => sourceId === this.sourceId);
    // The plan of the run that readers see says whether the file is a supplement.
    const plan = of && (await readDocument(this.ports.lake, runKeys(of.runId).plan, filePlanShape))?.value;
    return sourceFile(this.record, {
      sourceKey: of?.sourceKey ?? this.sourceId,
      supplementOf: plan?.supplementOf ?? undefined,
    });
  }
}

/** The file of an entry, as a person names it to `convert`. */
export function sourceFile(
  { dataset, businessDate, terms }: DayRecord,
  entry: Pick<LedgerEntry, 'sourceKey'> & Partial<LedgerEntry>,
): SourceFile {
  const readable = [...terms].flatMap(([number, { value }]) => (value ? { number, value } : []));
  const latest = readable.sort((a, b) => b.number - a.number)[0]?.value;
  return {
    layout: latest?.layout.file ?? dataset,
    sourceKey: entry.sourceKey,
    origin: entry.origin,
    businessDate,
    // Of the loaded version: the last run may have taken the file for one of its own, and been refused.
    supplementOf: supplementedRun(entry)?.sourceKey,
    expectedFiles: latest?.expectedFiles,
  };
}
