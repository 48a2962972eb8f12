import type { DayCommit } from '../../day/day-commit.ts';
import { dayPath } from '../../keys/business-date.ts';
import { dayCommitPrefix } from '../../keys/lake-keys.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { executionPointerShape } from '../../run/execution-pointer.ts';
import { type FilePlan, filePlanShape } from '../../run/file-plan.ts';
import { isInUse, type LedgerEntry } from '../../run/ledger-entry.ts';
import { applyCommit, isPlaced } from '../publish/apply-commit.ts';
import { lastCommit, ledgerDays, readCommit } from '../store/day-ledger.ts';
import { findJson, findStoredJson } from '../store/json-object.ts';
import { readEntry, updateEntry } from '../store/ledger.ts';

interface CleanOptions {
  /** Runs that began longer ago than this are removed. */
  runsOlderThanMs: number;
  /** Generations that were replaced longer ago than this are removed. */
  generationsOlderThanMs: number;
  /** Only report what would be removed. */
  dryRun: boolean;
}

/** Something that was removed or, in a dry run, would be. */
export interface Removal {
  what: 'run' | 'generation' | 'execution' | 'orphan';
  /** Folder or object. */
  key: string;
  objects: number;
  bytes: number;
  why: string;
}

interface CleanReport {
  removed: Removal[];
  /** Runs that stay, with the reason. */
  kept: { key: string; why: string }[];
  /** Days and runs that could not be cleaned, with the reason. The others were. */
  failed: { key: string; why: string }[];
}

/**
 * Removes runs and generations past their retention, and objects that belong to nothing. It never touches the ledger, runs that are going
 * on, or what the last commit of a day or a file that waits for its day needs. It may run beside conversions: before the first object of
 * a run is removed, a conditional write to the ledger entry makes sure that a rerun gets another run id.
 */
export async function cleanLake(ports: PipelinePorts, options: CleanOptions): Promise<CleanReport> {
  const report: CleanReport = { removed: [], kept: [], failed: [] };
  const cleaner = new Cleaner(ports, options, report);
  // Generations first: their commits are driven to the catalog, which may still need the runs.
  await cleaner.cleanDays();
  await cleaner.cleanRuns();
  return report;
}

class Cleaner {
  private readonly ports: PipelinePorts;
  private readonly options: CleanOptions;
  private readonly report: CleanReport;
  private readonly now: Date;

  constructor(ports: PipelinePorts, options: CleanOptions, report: CleanReport) {
    this.ports = ports;
    this.options = options;
    this.report = report;
    this.now = ports.clock.now();
  }

  private get lake(): ObjectStore {
    return this.ports.lake;
  }

  async cleanDays(): Promise<void> {
    for (const [dataset, dates] of await ledgerDays(this.lake)) {
      for (const date of [...dates].sort()) await this.cleanOrTell(dataset, date);
    }
  }

  /** One day that cannot be shown must not stop the others: it keeps all it has, and the report says why. */
  private async cleanOrTell(dataset: string, date: string): Promise<void> {
    try {
      await this.cleanDay(dataset, date);
    } catch (error) {
      this.tellFailed(dayCommitPrefix(dataset, date), error);
    }
  }

  private tellFailed(key: string, error: unknown): void {
    this.report.failed.push({ key, why: error instanceof Error ? error.message : String(error) });
  }

  /** Removes generations of a day that no reader and no rollback needs any more, and folders that no commit names. */
  private async cleanDay(dataset: string, businessDate: string): Promise<void> {
    const last = await lastCommit(this.lake, dataset, businessDate);
    if (!last) return;
    // From here on the catalog points to no generation older than this commit's.
    if (!this.options.dryRun) await applyCommit(this.ports, last);
    const keep = locationsOf(last);
    const known = new Map<string, string>();
    let supersededAt = last.committedAt;
    for (let number = last.commit - 1; number > 0; number--) {
      const commit = await readCommit(this.lake, dataset, businessDate, number);
      if (!commit) continue;
      const leftFor = this.now.getTime() - Date.parse(supersededAt);
      for (const location of locationsOf(commit)) {
        if (leftFor < this.options.generationsOlderThanMs) keep.add(location);
        else known.set(location, `replaced by commit ${number + 1} at ${supersededAt}`);
      }
      supersededAt = commit.committedAt;
    }
    for (const [location, why] of known) {
      if (!keep.has(location))
        await this.remove('generation', `${this.ports.publishedPrefix}${location}`, why);
    }
    await this.removeStrays(last, new Set([...keep, ...known.keys()]));
  }

  /** Removes folders of generations that no commit of the day names: a copy came too late. */
  private async removeStrays(last: DayCommit, known: Set<string>): Promise<void> {
    const strays = new Set<string>();
    for (const { dataset } of last.tables) {
      const prefix = `${this.ports.publishedPrefix}${dataset}/${dayPath(last.businessDate)}/`;
      for await (const { key } of this.lake.list(prefix)) {
        const folder = key.slice(this.ports.publishedPrefix.length, key.lastIndexOf('/') + 1);
        const generation = Number(/\/gen=(\d+)\/$/.exec(folder)?.[1] ?? Number.NaN);
        // A higher generation belongs to a commit that was written a moment ago.
        if (!known.has(folder) && generation <= last.commit) strays.add(folder);
      }
    }
    for (const folder of strays) {
      await this.remove('orphan', `${this.ports.publishedPrefix}${folder}`, 'no commit of the day names it');
    }
  }

  async cleanRuns(): Promise<void> {
    const runIds = new Set<string>();
    const pointers: string[] = [];
    for await (const { key } of this.lake.list('runs/')) {
      if (key.startsWith('runs/executions/')) pointers.push(key);
      else {
        const runId = /^runs\/([^/]+)\//.exec(key)?.[1];
        if (runId) runIds.add(runId);
      }
    }
    for (const runId of runIds) {
      try {
        await this.cleanRun(runId);
      } catch (error) {
        this.tellFailed(runKeys(runId).root, error);
      }
    }
    for (const key of pointers) await this.cleanPointer(key);
  }

  private async cleanRun(runId: string): Promise<void> {
    const { root, plan: planKey } = runKeys(runId);
    const plan = await findJson(this.lake, planKey, filePlanShape);
    if (!plan) {
      // The plan is written first and removed last: nobody can work on a run without one.
      await this.remove('orphan', root, 'it has no plan, so nobody can work on it');
      return;
    }
    const ageMs = this.now.getTime() - Date.parse(plan.startedAt);
    if (ageMs < this.options.runsOlderThanMs) return;
    const kept = await this.reasonToKeep(plan);
    if (kept) {
      this.report.kept.push({ key: root, why: kept });
      return;
    }
    if (!this.options.dryRun && !(await this.fence(plan))) {
      this.report.kept.push({ key: root, why: 'a conversion took it up again a moment ago' });
      return;
    }
    await this.remove(
      'run',
      root,
      `${plan.sourceKey} of ${plan.businessDate}, begun ${plan.startedAt}`,
      planKey,
    );
  }

  private async reasonToKeep(plan: FilePlan): Promise<string | undefined> {
    const entry = await readEntry(this.lake, plan.ledgerKey);
    if (!entry) return undefined;
    if (isTheRun(entry, plan) && isInUse(entry, this.now)) {
      return `${plan.sourceKey} is ${entry.state}, until ${entry.leaseUntil ?? 'soon'} at least`;
    }
    const last = await lastCommit(this.lake, plan.dataset, plan.businessDate);
    const isPublished = last?.files.some(({ runId }) => runId === plan.runId);
    if (entry.loaded?.runId !== plan.runId && !isPublished) return undefined;
    // A commit written a moment ago, or one that could not be shown yet, still copies its objects from the run.
    if (last && isPublished && !(await isPlaced(this.ports, last, plan.runId))) {
      return `commit ${last.commit} of ${plan.businessDate} still has objects to copy from it`;
    }
    return isPublished ? undefined : `${plan.sourceKey} is loaded and waits for its day to be published`;
  }

  /** Raises the attempt of the run's file, so that converting it again makes another run. Answers false if a run is working on it by now. */
  private async fence(plan: FilePlan): Promise<boolean> {
    let free = true;
    await updateEntry(this.lake, plan.ledgerKey, (current) => {
      free = !current || !(isTheRun(current, plan) && isInUse(current, this.now));
      if (!current || !free || current.attempt > plan.attempt) return current;
      return { ...current, attempt: plan.attempt + 1 };
    });
    return free;
  }

  private async cleanPointer(key: string): Promise<void> {
    const stored = await findStoredJson(this.lake, key, executionPointerShape);
    if (!stored) return;
    const { ledgerKey, at } = stored.value;
    if (at !== undefined && this.now.getTime() - Date.parse(at) < this.options.runsOlderThanMs) return;
    const entry = await readEntry(this.lake, ledgerKey);
    if (entry && isInUse(entry, this.now)) return;
    await this.removeObjects('execution', key, [key], stored.bytes.length, 'its execution is over');
  }

  /** Removes everything below `prefix`, with `lastKey` at the very end: the next clean continues one that was interrupted. */
  private async remove(what: Removal['what'], prefix: string, why: string, lastKey?: string): Promise<void> {
    const found: ObjectInfo[] = [];
    for await (const info of this.lake.list(prefix)) found.push(info);
    // Manifests go before parts: while a manifest exists, its parts must exist too.
    const order = ({ key }: ObjectInfo) => (key === lastKey ? 2 : key.endsWith('.json') ? 0 : 1);
    const keys = found.sort((a, b) => order(a) - order(b)).map(({ key }) => key);
    const bytes = found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    await this.removeObjects(what, prefix, keys, bytes, why);
  }

  private async removeObjects(
    what: Removal['what'],
    key: string,
    keys: string[],
    bytes: number,
    why: string,
  ): Promise<void> {
    if (keys.length === 0) return;
    if (!this.options.dryRun) {
      await this.lake.delete(keys.slice(0, -1));
      await this.lake.delete(keys.slice(-1));
    }
    this.report.removed.push({ what, key, objects: keys.length, bytes, why });
  }
}

function locationsOf(commit: DayCommit): Set<string> {
  return new Set(commit.tables.flatMap(({ partitions }) => partitions.map(({ location }) => location)));
}

/** True if the entry is about this run, or about one that is not planned yet and may turn out to be this run. */
function isTheRun(entry: LedgerEntry, plan: FilePlan): boolean {
  return entry.runId === plan.runId || entry.state === 'splitting';
}
