import type { DayCommit } from '../../day/day-commit.ts';
import { dayPath } from '../../keys/business-date.ts';
import { dayCommitPrefix } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
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

  private async remove(what: Removal['what'], prefix: string, why: string): Promise<void> {
    const found = await Array.fromAsync(this.lake.list(prefix));
    if (found.length === 0) return;
    if (!this.options.dryRun) await this.lake.delete(found.map(({ key }) => key));
    const bytes = found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.report.removed.push({ what, key: prefix, objects: found.length, bytes, why });
  }
}

function locationsOf(commit: DayCommit): Set<string> {
  return new Set(commit.tables.flatMap(({ partitions }) => partitions.map(({ location }) => location)));
}
