import type { DayCommit } from '../../day/day-commit.ts';
import { addDays } from '../../keys/business-date.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { lastCommit } from '../store/day-ledger.ts';
import { applyCommit, publicationsOf } from './apply-commit.ts';
import { dayRowPublication } from './day-row.ts';

/**
 * Points the catalog to the last commit of each of the `days` days up to `lastDate`, if it lags: a finalizer may have stopped between
 * writing a commit and switching the catalog. Answers with the dates that lagged, and what the others failed with: one day that cannot be
 * shown must not hide the days before it.
 */
export async function catchUpCatalog(
  ports: PipelinePorts,
  dataset: string,
  lastDate: string,
  days: number,
): Promise<{ driven: string[]; failures: unknown[] }> {
  const driven: string[] = [];
  const failures: unknown[] = [];
  for (let back = 0; back < days; back++) {
    const businessDate = addDays(lastDate, -back);
    try {
      const commit = await lastCommit(ports.lake, dataset, businessDate);
      if (!commit || (await isCatalogUpToDate(ports, commit))) continue;
      await applyCommit(ports, commit);
      driven.push(businessDate);
    } catch (error) {
      failures.push(error);
    }
  }
  return { driven, failures };
}

/** Do readers see this commit of the day, or a later one, in all its tables? */
export async function isCatalogUpToDate(
  { catalog }: Pick<PipelinePorts, 'catalog'>,
  commit: DayCommit,
): Promise<boolean> {
  for (const publication of publicationsOf(commit)) {
    if (!(await catalog.standsAt(publication))) return false;
  }
  return !catalog.hasDaysTable || catalog.standsAt(dayRowPublication(commit));
}
