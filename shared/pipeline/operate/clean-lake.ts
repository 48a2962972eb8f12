import type { DayCommit } from '../../day/day-commit.ts';
import { dayPath } from '../../keys/business-date.ts';
import { dayCommitPrefix } from '../../keys/lake-keys.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { applyCommit } from '../publish/apply-commit.ts';
import { lastCommit, ledgerDays, readCommit } from '../store/day-ledger.ts';
import { type CleanOptions, type CleanReport, type Removal, tellFailed } from './clean-report.ts';
import { cleanRuns } from './clean-runs.ts';

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
  await cleanRuns(ports, options, report);
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
      tellFailed(this.report, dayCommitPrefix(dataset, date), error);
    }
  }

  /** Removes what no reader and no rollback of a day needs any more: objects that later commits replaced, and those that no commit names. */
  private async cleanDay(dataset: string, businessDate: string): Promise<void> {
    const last = await lastCommit(this.lake, dataset, businessDate);
    if (!last) return;
    // From here on the catalog points to no generation older than this commit's.
    if (!this.options.dryRun) await applyCommit(this.ports, last);
    const keep = keysOf(last);
    const replaced = new Map<string, string>();
    const tables = new Set(last.tables.map((table) => table.dataset));
    let supersededAt = last.committedAt;
    for (let number = last.commit - 1; number > 0; number--) {
      const commit = await readCommit(this.lake, dataset, businessDate, number);
      if (!commit) continue;
      const leftFor = this.now.getTime() - Date.parse(supersededAt);
      for (const key of keysOf(commit)) {
        if (leftFor < this.options.generationsOlderThanMs) keep.add(key);
        else if (!replaced.has(key)) replaced.set(key, `replaced by commit ${number + 1} at ${supersededAt}`);
      }
      for (const table of commit.tables) tables.add(table.dataset);
      supersededAt = commit.committedAt;
    }
    for (const table of tables) await this.cleanTable(table, last, keep, replaced);
  }

  /** Removes objects of one table and day, folder by folder. */
  private async cleanTable(
    table: string,
    last: DayCommit,
    keep: Set<string>,
    replaced: Map<string, string>,
  ): Promise<void> {
    const { publishedPrefix } = this.ports;
    const folders = new Map<string, ObjectInfo[]>();
    for await (const info of this.lake.list(`${publishedPrefix}${table}/${dayPath(last.businessDate)}/`)) {
      const folder = info.key.slice(publishedPrefix.length, info.key.lastIndexOf('/') + 1);
      const known = folders.get(folder);
      if (known) known.push(info);
      else folders.set(folder, [info]);
    }
    for (const [folder, infos] of folders) {
      const keyOf = ({ key }: ObjectInfo) => key.slice(publishedPrefix.length);
      const named = infos.filter((info) => replaced.has(keyOf(info)) && !keep.has(keyOf(info)));
      const why = named[0] && replaced.get(keyOf(named[0]));
      const generation = Number(/\/gen=(\d+)\/$/.exec(folder)?.[1] ?? Number.NaN);
      const isKept = infos.some((info) => keep.has(keyOf(info)));
      // Of a folder that readers still need, only what a commit named is known to be needed no more.
      if (why !== undefined) await this.remove('generation', folder, isKept ? named : infos, why);
      // A higher generation belongs to a commit that was written a moment ago.
      else if (!isKept && generation <= last.commit) {
        await this.remove('orphan', folder, infos, 'no commit of the day names it');
      }
    }
  }

  private async remove(
    what: Removal['what'],
    folder: string,
    infos: ObjectInfo[],
    why: string,
  ): Promise<void> {
    if (!this.options.dryRun) await this.lake.delete(infos.map(({ key }) => key));
    const bytes = infos.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const key = `${this.ports.publishedPrefix}${folder}`;
    this.report.removed.push({ what, key, objects: infos.length, bytes, why });
  }
}

/** Keys of a commit's objects below the published root. */
function keysOf({ tables }: DayCommit): Set<string> {
  const objects = tables.flatMap(({ partitions }) => partitions.flatMap((partition) => partition.objects));
  return new Set(objects.map(({ key }) => key));
}
