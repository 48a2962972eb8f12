import { type CommittedTable, catalogPartitions, type DayCommit } from '../../day/day-commit.ts';
import { addDays } from '../../keys/business-date.ts';
import type { DayPublication } from '../../ports/catalog.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { lastCommit } from '../store/day-ledger.ts';
import { dayRowPublication } from './day-row.ts';
import { driveCommit } from './drive-commit.ts';

/**
 * Points a catalog that lags at the last commit of each of the `days` up to `lastDate`: a finalizer that stopped between commit and
 * catalog left a day as readers knew it. Answers the dates that lagged.
 */
export async function driveCatalog(
  ports: PipelinePorts,
  dataset: string,
  lastDate: string,
  days: number,
): Promise<string[]> {
  const driven: string[] = [];
  for (let back = 0; back < days; back++) {
    const businessDate = addDays(lastDate, -back);
    const commit = await lastCommit(ports.lake, dataset, businessDate);
    if (!commit || (await stands(ports, commit))) continue;
    await driveCommit(ports, commit);
    driven.push(businessDate);
  }
  return driven;
}

async function stands({ catalog }: PipelinePorts, commit: DayCommit): Promise<boolean> {
  for (const table of commit.tables) {
    if (!(await catalog.standsAt(publicationOf(commit, table)))) return false;
  }
  return catalog.switchesAtOnce || catalog.standsAt(dayRowPublication(commit));
}

function publicationOf({ businessDate, commit }: DayCommit, table: CommittedTable): DayPublication {
  const { dataset, columns, partitionKeys } = table;
  return { dataset, columns, partitionKeys, businessDate, commit, partitions: catalogPartitions(table) };
}
