import type { DayCommit } from '../../day/day-commit.ts';
import { RunInconsistent } from '../../errors.ts';
import { dayCommitPrefix, numberOfKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { ledgerDays, readCommit } from './day-ledger.ts';
import { inParallel } from './in-parallel.ts';

const PARALLEL_DAYS = 16;

/** The commits of a day in their order, and why some cannot be read. Blank ones, which publish nothing, are left out. */
export interface CommitsOfDay {
  businessDate: string;
  commits: DayCommit[];
  damaged: { commit: number; error: RunInconsistent }[];
}

/** The commits of every day of a layout, or of one day, in the order of the days. */
export async function layoutCommits(
  lake: ObjectStore,
  layout: string,
  businessDate?: string,
): Promise<CommitsOfDay[]> {
  const dates =
    businessDate === undefined ? [...((await ledgerDays(lake, layout)).get(layout) ?? [])] : [businessDate];
  const days = await inParallel(dates.sort(), PARALLEL_DAYS, (date) => commitsOfDay(lake, layout, date));
  return days.filter(({ commits, damaged }) => commits.length + damaged.length > 0);
}

async function commitsOfDay(lake: ObjectStore, layout: string, businessDate: string): Promise<CommitsOfDay> {
  const numbers: number[] = [];
  for await (const key of lake.listFolder(dayCommitPrefix(layout, businessDate)))
    numbers.push(numberOfKey(key) ?? 0);
  const found: CommitsOfDay = { businessDate, commits: [], damaged: [] };
  for (const number of numbers.filter((one) => one > 0).sort((a, b) => a - b)) {
    try {
      const commit = await readCommit(lake, layout, businessDate, number);
      if (commit) found.commits.push(commit);
    } catch (error) {
      if (!(error instanceof RunInconsistent)) throw error;
      found.damaged.push({ commit: number, error });
    }
  }
  return found;
}
