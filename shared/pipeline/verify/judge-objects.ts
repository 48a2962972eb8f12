import type { CommittedObject, DayCommit } from '../../day/day-commit.ts';
import { PipelineError } from '../../errors.ts';
import { dayPath } from '../../keys/business-date.ts';
import { generationLocation } from '../../keys/lake-keys.ts';
import { STOPS_READERS } from '../../parquet/page-contradiction.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { isLoaded, type LedgerEntry, type MergedFile } from '../../run/ledger-entry.ts';
import { isSeen } from '../publish/free-commit.ts';
import { correctsStanding } from '../publish/judge-day.ts';
import { inParallel } from '../store/in-parallel.ts';
import { listedKeys } from '../store/listed-keys.ts';
import { type Depth, FENCED, objectProblem } from './data-object.ts';
import { type DayRecord, readCommitDocument } from './day-record.ts';
import {
  byConversion,
  byRemoval,
  damage,
  type Finding,
  type Mend,
  note,
  type ObjectFacts,
  type RepairAction,
  repaired,
} from './finding.ts';
import { sourceFile } from './judge-entries.ts';
import type { LargeFiles } from './large-files.ts';

const PARALLEL_OBJECTS = 8;

/** Judges the data files of a day: those that readers see, those that wait for the day, and those of earlier generations. */
export function judgeObjects(
  ports: PipelinePorts,
  record: DayRecord,
  depth: Depth,
  large: LargeFiles,
): Promise<Finding[]> {
  const problem: ProblemOf = (key, facts) => large.problem(ports.lake, key, facts, depth);
  return new ObjectJudge(ports, record, depth, problem).judge();
}

/** Judges only what readers see of a day: is every byte as it was written? */
export function judgeShownObjects(ports: PipelinePorts, record: DayRecord): Promise<Finding[]> {
  const problem: ProblemOf = (key, facts) => objectProblem(ports.lake, key, facts, 'bytes');
  return new ObjectJudge(ports, record, 'full', problem).judgeShown();
}

/** Why an object is not the one that was recorded. */
type ProblemOf = (key: string, facts: ObjectFacts) => Promise<string | undefined>;

class ObjectJudge {
  private readonly ports: PipelinePorts;
  private readonly record: DayRecord;
  private readonly depth: Depth;
  private readonly problem: ProblemOf;
  private readonly findings: Finding[] = [];
  private copies: Promise<Map<string, string[]>> | undefined;
  private isLastSeen: Promise<boolean> | undefined;

  constructor(ports: PipelinePorts, record: DayRecord, depth: Depth, problem: ProblemOf) {
    this.ports = ports;
    this.record = record;
    this.depth = depth;
    this.problem = problem;
  }

  async judge(): Promise<Finding[]> {
    const last = this.record.last?.value;
    // Readers see a later commit, which is lost: what they need is known when that is written again.
    if (last && (await this.isSeenByReaders({ ...last, commit: last.commit + 1 }, false))) return [];
    if (last) {
      await this.judgeShown();
      this.judgePlaces(last);
    }
    await this.judgeWaiting(last);
    const readable = await this.judgeEarlier(last);
    if (last && readable) await this.judgeStrays(last, readable);
    return this.findings;
  }

  private async isSeenByReaders(commit: DayCommit, ifUnknown: boolean): Promise<boolean> {
    try {
      return await isSeen(this.ports, commit);
    } catch (error) {
      // A catalog that cannot be read is a finding of its own.
      if (error instanceof PipelineError) return ifUnknown;
      throw error;
    }
  }

  /** What readers see, or are to see next. */
  async judgeShown(): Promise<Finding[]> {
    const { last } = this.record;
    const objects = last?.value ? objectsOf(last.value) : [];
    await inParallel(objects, PARALLEL_OBJECTS, (object) => this.judgePublished(object));
    return this.findings;
  }

  private published(key: string): string {
    return `${this.ports.publishedPrefix}${key}`;
  }

  private async judgePublished(object: CommittedObject): Promise<void> {
    const key = this.published(object.key);
    const what = await this.problem(key, object);
    if (what === undefined) return;
    // Else whoever wrote the last commit died, or is still copying its objects.
    this.isLastSeen ??= this.isSeenByReaders(this.record.last!.value!, true);
    const effect = (await this.isLastSeen) ? 'readers' : 'operations';
    this.findings.push(damage(key, what, effect, await this.broughtBack(key, object, what)));
  }

  /** From a whole copy; without one, readers must not get wrong rows from it until its file is converted again. */
  private async broughtBack(key: string, object: CommittedObject, what: string): Promise<Mend> {
    const from = await this.wholeCopy(key, object);
    const { bytes, rows, checksum, sourceId } = object;
    if (from !== undefined) {
      return repaired(`copy ${from}, which is whole`, { do: 'copy', from, to: key, bytes, rows, checksum });
    }
    const entry = this.record.entries.get(sourceId)?.value;
    const known = this.record.last?.value?.files.find((file) => file.sourceId === sourceId);
    const file = sourceFile(this.record, entry ?? { sourceKey: known?.sourceKey ?? sourceId });
    const fence = { do: 'fence', key, sourceKey: file.sourceKey } as const;
    // Where readers fail by themselves, the other columns may go on being read.
    const isSafe = what === FENCED || what.endsWith(STOPS_READERS);
    const mend = byConversion(file, isSafe ? undefined : fence);
    const isPartial = this.record.last?.value?.partial !== undefined;
    // The day still waits for what it waited for: nobody else publishes it in part.
    return isPartial
      ? { ...mend, does: `${mend.does}, and publish the day in part again: publish --partial` }
      : mend;
  }

  private async wholeCopy(key: string, object: CommittedObject): Promise<string | undefined> {
    this.copies ??= this.findCopies();
    const keys = new Set([object.mergedKey, ...((await this.copies).get(copyName(object)) ?? [])]);
    keys.delete(key);
    for (const candidate of keys) {
      // A copy is only taken if every byte of it is right.
      if ((await objectProblem(this.ports.lake, candidate, object, 'full')) === undefined) return candidate;
    }
    return undefined;
  }

  /** Where each merged file stands in the generations of the day. */
  private async findCopies(): Promise<Map<string, string[]>> {
    const copies = new Map<string, string[]>();
    for (const number of this.record.commits) {
      const commit = (await readCommitDocument(this.ports.lake, this.record, number))?.value;
      for (const object of commit ? objectsOf(commit) : []) {
        const known = copies.get(copyName(object)) ?? [];
        copies.set(copyName(object), known);
        known.push(
          this.published(object.key),
          ...(object.copiedFrom ? [this.published(object.copiedFrom)] : []),
        );
      }
    }
    return copies;
  }

  /** Every object stands in the folder of its partition, of this generation or an earlier one. */
  private judgePlaces({ tables, businessDate }: DayCommit): void {
    for (const { dataset, partitions } of tables) {
      for (const { values, generation, location, objects } of partitions) {
        const { year: _y, month: _m, day: _d, ...partition } = values;
        const folderIn = (number: number) => generationLocation(dataset, businessDate, partition, number);
        const wrong = objects.find(({ key, fileName }) => {
          const placed = Number(/\/gen=(\d+)\/[^/]*$/.exec(key)?.[1] ?? Number.NaN);
          return !(placed <= generation) || key !== `${folderIn(placed)}${fileName}`;
        });
        if (location === folderIn(generation) && !wrong) continue;
        const what = `the commit has it in the folder of another partition than that of its values`;
        const does = 'report it: this is a defect of the software';
        const key = this.published(wrong?.key ?? location);
        this.findings.push(damage(key, what, 'readers', { by: 'nobody', does }));
      }
    }
  }

  /** Merged files of versions that are loaded and not published: readers will get them. */
  private async judgeWaiting(last: DayCommit | undefined): Promise<void> {
    const shown = new Set(last?.files.map(({ runId }) => runId));
    for (const { value: entry } of this.record.entries.values()) {
      const { loaded } = entry ?? {};
      if (!entry || !loaded) continue;
      const files = [...loaded.outputs, ...loaded.rejectOutputs];
      await inParallel(files, PARALLEL_OBJECTS, async (file) => {
        const { mergedKey } = file;
        if (shown.has(loaded.runId)) return;
        const what = await this.problem(mergedKey, file);
        if (what === undefined || (await this.isPublishedBefore(file, loaded.runId))) return;
        const action = what === 'it is missing' ? undefined : ({ do: 'set-aside', key: mergedKey } as const);
        this.findings.push(damage(mergedKey, what, 'operations', this.convertedOrRemoved(entry, action)));
      });
    }
  }

  private convertedOrRemoved(entry: LedgerEntry, action: RepairAction | undefined): Mend {
    const { dataset, businessDate, entries } = this.record;
    const byKey = new Map(
      [...entries.values()].flatMap(({ value }) => (value ? [[value.sourceKey, value] as const] : [])),
    );
    const movedOn = businessDate !== null && isLoaded(entry) && !correctsStanding(entry, byKey);
    return movedOn
      ? byRemoval({ dataset, sourceKey: entry.sourceKey, businessDate }, action)
      : byConversion(sourceFile(this.record, entry), action);
  }

  private async isPublishedBefore(file: MergedFile, runId: string): Promise<boolean> {
    const object = { ...file, runId, key: '', sourceId: '' };
    return (await this.wholeCopy(file.mergedKey, object)) !== undefined;
  }

  /** Generations that a rollback may go back to. Answers with every key that a commit names, or undefined if a commit cannot be read. */
  private async judgeEarlier(last: DayCommit | undefined): Promise<Set<string> | undefined> {
    const named = new Set<string>();
    let complete = true;
    if (this.depth === 'quick') return undefined;
    const standing = new Set(last ? objectsOf(last).map(({ key }) => key) : []);
    for (let number = 1; number <= (this.record.commits.at(-1) ?? 0); number++) {
      const commit = (await readCommitDocument(this.ports.lake, this.record, number))?.value;
      if (!commit) {
        complete = false;
        continue;
      }
      for (const { location, generation, objects } of commit.tables.flatMap(({ partitions }) => partitions)) {
        for (const { key } of objects) named.add(key);
        // What readers see is judged already, and what stands in an earlier folder with that folder.
        const own = objects.filter(({ key }) => key.startsWith(location) && !standing.has(key));
        if (generation === number) await this.judgeGeneration(location, own);
      }
    }
    return complete ? named : undefined;
  }

  private async judgeGeneration(location: string, objects: CommittedObject[]): Promise<void> {
    const problems = await inParallel(objects, PARALLEL_OBJECTS, (object) =>
      this.problem(this.published(object.key), object),
    );
    if (problems.length > 0 && problems.every((problem) => problem === 'it is missing')) {
      this.findings.push(
        note(this.published(location), 'this generation is gone', 'as after clean: no reader sees it'),
      );
      return;
    }
    for (const [index, what] of problems.entries()) {
      const object = objects[index];
      if (what === undefined || !object) continue;
      const key = this.published(object.key);
      // `clean` goes by object: of a folder that readers needed in part, only that part was left.
      if (what === 'it is missing') {
        this.findings.push(note(key, what, 'as after clean: no reader sees it'));
        continue;
      }
      const from = await this.wholeCopy(key, object);
      const { bytes, rows, checksum } = object;
      if (from !== undefined) {
        const action = { do: 'copy', from, to: key, bytes, rows, checksum } as const;
        this.findings.push(damage(key, what, 'operations', repaired(`copy ${from}, which is whole`, action)));
      } else {
        const mend = repaired('move it aside: no reader sees it', { do: 'set-aside', key });
        this.findings.push(damage(key, what, 'operations', mend));
      }
    }
  }

  /** Objects in folders of generations that belong to no commit: engines that read folders would show their rows. */
  private async judgeStrays(last: DayCommit, named: Set<string>): Promise<void> {
    const { lake, publishedPrefix } = this.ports;
    for (const { dataset } of last.tables) {
      const strays: string[] = [];
      const below = this.published(`${dataset}/${dayPath(last.businessDate)}/`);
      for await (const key of listedKeys(lake, below)) {
        const name = key.slice(publishedPrefix.length);
        const generation = Number(/\/gen=(\d+)\/[^/]*$/.exec(name)?.[1] ?? Number.NaN);
        if (named.has(name)) continue;
        if (generation <= last.commit) strays.push(key);
        else
          this.findings.push(note(key, 'no commit of the day names it', 'a later commit may be under way'));
      }
      for (const key of strays) {
        const mend = repaired('remove it', { do: 'remove', keys: [key] });
        this.findings.push(damage(key, 'it belongs to no commit of the day', 'readers', mend));
      }
    }
  }
}

function objectsOf({ tables }: DayCommit): CommittedObject[] {
  return tables.flatMap(({ partitions }) => partitions.flatMap(({ objects }) => objects));
}

function copyName({ runId, mergedKey }: Pick<CommittedObject, 'runId' | 'mergedKey'>): string {
  return `${runId} ${mergedKey}`;
}
