import { ObjectDamaged, RunInconsistent } from '../../errors.ts';
import { daysDataset } from '../../keys/lake-keys.ts';
import type { Catalog, DayPublication, TableColumns } from '../../ports/catalog.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { lastCommit, ledgerDays } from '../store/day-ledger.ts';
import { placeObjects, publicationsOf, withFieldIds } from './apply-commit.ts';
import { writeDayRow } from './day-row.ts';

/** The catalog as it is for a day that is published by force: a table whose contents cannot be read counts as new. */
export function catalogOverDamage(catalog: Catalog): Catalog {
  const tableOf = (dataset: string): Promise<TableColumns | undefined> =>
    catalog.tableOf(dataset).catch((error) => {
      if (error instanceof ObjectDamaged) return undefined;
      throw error;
    });
  const standsAt = (day: DayPublication): Promise<boolean> =>
    catalog.standsAt(day).catch((error) => {
      if (error instanceof ObjectDamaged) return false;
      throw error;
    });
  return { ...catalog, tableOf, standsAt };
}

/**
 * Writes the tables of a layout that `isLost` says again, from the last commit of every day: readers get all days at once. For `repair`, and
 * for `publish --force`. Fails with `ObjectDamaged` if one of those commits cannot be read, and changes nothing then. If objects of a day
 * cannot be placed, it fails once the tables are written: the other days are whole.
 */
export async function restoreTables(
  ports: PipelinePorts,
  dataset: string,
  isLost: (table: string) => Promise<boolean>,
): Promise<void> {
  const { lake, catalog } = ports;
  const tables = new Map<string, DayPublication[]>();
  const failures: RunInconsistent[] = [];
  const ofDays = catalog.hasDaysTable && (await isLost(daysDataset(dataset)));
  const days = (await ledgerDays(lake, dataset)).get(dataset) ?? [];
  for (const day of [...days].sort()) {
    const commit = await lastCommit(lake, dataset, day);
    if (!commit) continue;
    await placeObjects(ports, commit).catch((error) => {
      if (!(error instanceof RunInconsistent)) throw error;
      failures.push(error);
    });
    const row = ofDays ? [await writeDayRow(ports, commit)] : [];
    for (const publication of [...publicationsOf(commit), ...row]) {
      tables.set(publication.dataset, [...(tables.get(publication.dataset) ?? []), publication]);
    }
  }
  for (const [table, publications] of tables) {
    if (!(await isLost(table))) continue;
    await catalog.restore(table, await allWithFieldIds(ports, publications));
  }
  const [first] = failures;
  if (first) throw first;
}

/** Most days of a table have the same columns, whose ids are asked for once. */
async function allWithFieldIds(ports: PipelinePorts, days: DayPublication[]): Promise<DayPublication[]> {
  const known = new Map<string, Pick<DayPublication, 'fieldIds'>>();
  const found: DayPublication[] = [];
  for (const day of days) {
    const columns = JSON.stringify([day.columns, day.partitionKeys]);
    const ids = known.get(columns) ?? (await withFieldIds(ports, day));
    known.set(columns, ids);
    found.push({ ...day, ...(ids.fieldIds && { fieldIds: ids.fieldIds }) });
  }
  return found;
}

/** Can the contents of the table not be read? */
export async function isTableDamaged(catalog: Catalog, table: string): Promise<boolean> {
  try {
    await catalog.tableOf(table);
    return false;
  } catch (error) {
    if (error instanceof ObjectDamaged) return true;
    throw error;
  }
}
