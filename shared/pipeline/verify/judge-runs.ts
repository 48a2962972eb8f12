import type { FieldIds } from '../../iceberg/field-ids.ts';
import type { Shape } from '../../json-shape.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { executionNoteShape } from '../../run/execution-pointer.ts';
import { type FilePlan, filePlanShape, plannedRangesShape } from '../../run/file-plan.ts';
import { isInUse, type LedgerEntry, ledgerEntryShape } from '../../run/ledger-entry.ts';
import {
  type MergeResult,
  mergeResultShape,
  mergeSpecShape,
  plannedMergesShape,
  takenPartsShape,
} from '../../run/merge-spec.ts';
import { type PartManifest, partManifestShape } from '../../run/part-manifest.ts';
import { reconciliationShape } from '../../run/reconciliation.ts';
import { rejectFilesShape } from '../../run/reject-files.ts';
import { isRunOf } from '../../run/run-of-plan.ts';
import { listedKeys } from '../store/listed-keys.ts';
import { objectProblem, rowsOf } from './data-object.ts';
import { byConversion, damage, type Finding, note, repaired } from './finding.ts';
import { addFieldIds } from './judge-field-ids.ts';
import { neededDocuments, progressOf } from './run-documents.ts';
import { readDocument, type StoredDocument } from './stored-document.ts';

/** What a lot of runs is judged to be. */
export interface RunsVerdict {
  findings: Finding[];
  /** By table, the ids of fields that the plans of the runs give. */
  fieldIds: Map<string, FieldIds>;
}

/**
 * Judges the scratch objects of runs, run by run: `roots` are their folders, and keys of notes on executions. `waiting` has those runs that
 * hold the only copy of the rows of a loaded file, `entries` those ledger entries that were read a moment ago, by their keys.
 */
export async function judgeRuns(
  ports: PipelinePorts,
  roots: readonly string[],
  waiting: ReadonlySet<string>,
  entries: ReadonlyMap<string, LedgerEntry> = new Map(),
): Promise<RunsVerdict> {
  const verdict: RunsVerdict = { findings: [], fieldIds: new Map() };
  for (const root of roots) {
    if (!root.endsWith('/')) verdict.findings.push(...(await judgeNote(ports, root)));
    else {
      const keys = new Set(await Array.fromAsync(listedKeys(ports.lake, root)));
      if (keys.size === 0) continue;
      const judge = new RunJudge(ports, root.slice('runs/'.length, -1), keys);
      verdict.findings.push(...(await judge.judge(waiting, entries)));
      addFieldIds(verdict.fieldIds, Object.entries(judge.fieldIds));
    }
  }
  return verdict;
}

/** Folders of all runs, and keys of the notes on executions. */
export async function runRoots(lake: ObjectStore): Promise<string[]> {
  const roots: string[] = [];
  for await (const root of lake.listFolder('runs/', { isEmptyShown: true }))
    if (root.endsWith('/') && root !== NOTES) roots.push(root);
  for await (const key of listedKeys(lake, NOTES)) roots.push(key);
  return roots;
}

const NOTES = 'runs/executions/';

async function judgeNote({ lake }: PipelinePorts, key: string): Promise<Finding[]> {
  const problem = (await readDocument(lake, key, executionNoteShape))?.problem;
  if (problem === undefined) return [];
  return [damage(key, problem, 'operations', repaired('move it aside', { do: 'set-aside', key }))];
}

/** Reads each document once. */
function rememberingReads(lake: ObjectStore): Pick<ObjectStore, 'get'> {
  const read = new Map<string, ReturnType<ObjectStore['get']>>();
  return {
    get(key) {
      const reading = read.get(key) ?? lake.get(key);
      read.set(key, reading);
      return reading;
    },
  };
}

/** What becomes of a run: it ended, people read the rejects of it, or the next conversion goes on with it. */
type Role = 'ended' | 'refused' | 'resumable';

class RunJudge {
  private readonly ports: PipelinePorts;
  private readonly runId: string;
  private readonly keys: Set<string>;
  private readonly findings: Finding[] = [];
  /** What was read of the run: several judgements need the same documents. */
  private readonly documents: Pick<ObjectStore, 'get'>;
  fieldIds: Record<string, FieldIds> = {};
  /** Parts that are merged files: they are judged as such. */
  private readonly takenParts = new Set<string>();

  constructor(ports: PipelinePorts, runId: string, keys: Set<string>) {
    this.ports = ports;
    this.runId = runId;
    this.keys = keys;
    this.documents = rememberingReads(ports.lake);
  }

  async judge(waiting: ReadonlySet<string>, entries: ReadonlyMap<string, LedgerEntry>): Promise<Finding[]> {
    const { documents, ports } = this;
    const key = runKeys(this.runId).plan;
    const plan = await readDocument(documents, key, filePlanShape);
    if (!plan?.value) {
      await this.judgeLists();
      return [this.withoutPlan(key, plan, waiting.has(this.runId)), ...this.findings];
    }
    this.fieldIds = plan.value.fieldIds ?? {};
    const { ledgerKey } = plan.value;
    const entry =
      entries.get(ledgerKey) ?? (await readDocument(documents, ledgerKey, ledgerEntryShape))?.value;
    // Somebody is at work on it, or the entry has to be mended first.
    if (!entry || isInUse(entry, ports.clock.now())) return [];
    const role = roleOf(entry, this.runId);
    if (role === 'refused') await this.judgeRejects(plan.value, entry);
    await this.judgeDocuments(plan.value, role);
    await this.judgeComplete(plan.value, entry, role);
    return this.findings;
  }

  private withoutPlan(key: string, plan: StoredDocument<FilePlan> | undefined, isWaiting: boolean) {
    const what = plan ? plan.problem! : 'it is missing';
    const action = plan && ({ do: 'set-aside', key } as const);
    const does = isWaiting
      ? 'the ledger knows the rows that wait here for their day, and clean keeps them'
      : 'nothing needs the run; clean removes it';
    return action
      ? damage(key, what, 'operations', repaired(`move it aside: ${does}`, action))
      : note(key, what, does);
  }

  private async judgeDocuments(plan: FilePlan, role: Role): Promise<void> {
    for (const key of this.keys) {
      if (isManifest(key)) {
        const manifest = await this.read(key, partManifestShape, role);
        if (manifest) await this.judgeParts(key, manifest, role);
      } else if (/\/merges\/\d+\.result\.json$/.test(key)) {
        const result = await this.read(key, mergeResultShape, role);
        if (result) await this.judgeMerged(result, role);
      } else if (key === runKeys(this.runId).takenParts) {
        const taken = await this.read(key, takenPartsShape, role);
        for (const part of taken?.parts ?? []) await this.judgeMerged(part, role);
      } else if (/\/merges\/\d+\.json$/.test(key)) await this.read(key, mergeSpecShape, role);
    }
    await this.judgeSingles(plan, role);
  }

  /** What can be said of lists without the plan that they belong to. */
  private async judgeLists(): Promise<void> {
    const { ranges, merges } = runKeys(this.runId);
    await this.read(ranges, plannedRangesShape, 'ended');
    await this.read(merges, plannedMergesShape, 'ended');
  }

  private async judgeSingles(plan: FilePlan, role: Role): Promise<void> {
    const keys = runKeys(this.runId);
    await this.read(keys.reconciliation, reconciliationShape, role);
    await this.read(keys.rejectFiles, rejectFilesShape, role);
    // Lists have no seal; the id of the run is a hash of its plan and ranges, and merges are numbered.
    await this.read(keys.ranges, plannedRangesShape, role, (ranges) => {
      const isNumbered = ranges.every(({ rangeIndex }, index) => rangeIndex === index);
      return isRunOf(plan, ranges) && isNumbered ? undefined : 'its ranges are not those of the run';
    });
    await this.read(keys.merges, plannedMergesShape, role, (merges) => {
      const planned = [...this.keys].filter((key) => /\/merges\/\d+\.json$/.test(key)).length;
      const toMerge = merges.filter(({ taken }) => !taken);
      const wrong =
        toMerge.length !== planned || merges.some(({ mergeIndex }, index) => mergeIndex !== index);
      return wrong ? 'its merges are not those that are planned' : undefined;
    });
  }

  private async read<T>(
    key: string,
    shape: Shape<T>,
    role: Role,
    identity?: (value: T) => string | undefined,
  ): Promise<T | undefined> {
    // What was not there when the run was listed need not be asked for.
    if (!this.keys.has(key)) return undefined;
    const stored = await readDocument(this.documents, key, shape, identity);
    if (stored?.problem !== undefined)
      this.report(key, stored.problem, role, isManifest(key) ? key : undefined);
    return stored?.value;
  }

  private report(key: string, what: string, role: Role, manifest: string | undefined): void {
    if (role !== 'resumable') {
      this.findings.push(note(key, what, 'the run has ended: nothing reads it, and clean removes it'));
    } else if (manifest === undefined) {
      this.findings.push(note(key, what, 'the next conversion of the file writes it again'));
    } else {
      const keys = [...new Set([manifest, key])];
      const mend = repaired('remove it: the next conversion reads the range again', { do: 'remove', keys });
      this.findings.push(damage(key, what, 'operations', mend));
    }
  }

  private async judgeParts(manifest: string, value: PartManifest, role: Role): Promise<void> {
    const parts = [...value.outputs, ...(value.rejects && role !== 'refused' ? [value.rejects] : [])];
    for (const part of parts) {
      if (this.takenParts.has(part.key)) continue;
      const problem = await objectProblem(this.ports.lake, part.key, part, 'full');
      if (problem !== undefined) this.report(part.key, problem, role, manifest);
    }
  }

  /** Readers have a copy of their own; from this one a rollback would take the rows. */
  private async judgeMerged(result: MergeResult, role: Role): Promise<void> {
    const key = result.mergedKey;
    if (key.startsWith(runKeys(this.runId).parts)) {
      // Until the run has ended, reading the range again writes it again.
      if (role === 'resumable') return;
      this.takenParts.add(key);
    }
    const problem = await objectProblem(this.ports.lake, key, result, 'full');
    if (problem === undefined) return;
    if (problem === 'it is missing')
      this.findings.push(note(key, problem, 'readers have a copy of their own'));
    else {
      const mend = repaired('move it aside: readers have a copy of their own', { do: 'set-aside', key });
      this.findings.push(damage(key, problem, 'operations', mend));
    }
  }

  private async judgeComplete(plan: FilePlan, entry: LedgerEntry, role: Role): Promise<void> {
    const progress = await progressOf(this.documents, entry, plan);
    const needed = await neededDocuments(this.documents, plan, progress);
    for (const key of needed) if (!this.keys.has(key)) this.report(key, 'it is missing', role, undefined);
  }

  /** People correct the rejects of a refused file. */
  private async judgeRejects(plan: FilePlan, entry: LedgerEntry): Promise<void> {
    const { lake } = this.ports;
    const source = {
      layout: plan.layout.file,
      sourceKey: entry.sourceKey,
      origin: entry.origin,
      businessDate: entry.businessDate,
      supplementOf: entry.supplementOf?.sourceKey,
    };
    const { rejectFiles, reconciliation } = runKeys(this.runId);
    const list = (await readDocument(lake, rejectFiles, rejectFilesShape))?.value;
    for (const file of list?.files ?? []) {
      const problem = await objectProblem(lake, file.key, file, 'full');
      if (problem === undefined) continue;
      const action = problem === 'it is missing' ? undefined : ({ do: 'set-aside', key: file.key } as const);
      this.findings.push(damage(file.key, problem, 'operations', byConversion(source, action)));
    }
    // `clean` removes the reconciliation before the rejects: without it the run is on its way out.
    if (list || !this.keys.has(reconciliation)) return;
    const rejected = entry.records?.rejected ?? 0;
    const standing = await this.rejectsThere();
    if (standing >= rejected) return;
    const what = `it cannot be read, and of ${rejected} rejected records ${standing} are there`;
    this.findings.push(damage(rejectFiles, what, 'operations', byConversion(source)));
  }

  /** The number of rejected records in the files of the run that can be read. */
  private async rejectsThere(): Promise<number> {
    let rows = 0;
    for (const key of this.keys) {
      if (/^runs\/[^/]+\/rejects\/[^/]+\.parquet$/.test(key))
        rows += (await rowsOf(this.ports.lake, key)) ?? 0;
    }
    return rows;
  }
}

function roleOf(entry: LedgerEntry, runId: string): Role {
  if (entry.runId !== runId || entry.state === 'loaded') return 'ended';
  return entry.state === 'refused' ? 'refused' : 'resumable';
}

function isManifest(key: string): boolean {
  return /^runs\/[^/]+\/parts\/\d+\.json$/.test(key);
}
