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

/** Does the catalog show this commit of the day, or a later one, in all its tables? */
export async function isCatalogUpToDate(ports: CatalogPort, commit: DayCommit): Promise<boolean> {
  const { catalog } = ports;
  if (!(await hasRowsOf(ports, commit))) return false;
  return !catalog.hasDaysTable || catalog.standsAt(dayRowPublication(commit));
}

/** Do readers see it? Where an earlier version published the day there may be no table of days yet: then it hides nothing. */
export async function isVisible(ports: CatalogPort, commit: DayCommit): Promise<boolean> {
  const { catalog } = ports;
  if (!(await hasRowsOf(ports, commit))) return false;
  const row = dayRowPublication(commit);
  if (!catalog.hasDaysTable || (await catalog.standsAt(row))) return true;
  return (await catalog.tableOf(row.dataset)) === undefined;
}

type CatalogPort = Pick<PipelinePorts, 'catalog'>;

async function hasRowsOf({ catalog }: CatalogPort, commit: DayCommit): Promise<boolean> {
  for (const publication of publicationsOf(commit)) {
    if (!(await catalog.standsAt(publication))) return false;
  }
  return true;
}
