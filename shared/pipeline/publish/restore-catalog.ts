import { ObjectDamaged } from '../../errors.ts';
import type { Catalog, DayPublication, TableColumns } from '../../ports/catalog.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { lastCommit, ledgerDays } from '../store/day-ledger.ts';
import { placeObjects, publicationsOf } from './apply-commit.ts';

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
 * Writes each table of a layout whose contents cannot be read again, from the last commit of every day: readers get all days at once.
 * Fails with `ObjectDamaged` if one of those commits cannot be read, and changes nothing then.
 */
export async function restoreCatalog(ports: PipelinePorts, dataset: string): Promise<void> {
  const { catalog } = ports;
  const tables = new Map<string, DayPublication[]>();
  const days = (await ledgerDays(ports.lake, dataset)).get(dataset) ?? [];
  for (const day of [...days].sort()) {
    const commit = await lastCommit(ports.lake, dataset, day);
    if (!commit) continue;
    await placeObjects(ports, commit);
    for (const publication of publicationsOf(commit)) {
      tables.set(publication.dataset, [...(tables.get(publication.dataset) ?? []), publication]);
    }
  }
  for (const [table, publications] of tables) {
    if (await isDamaged(catalog, table)) await catalog.restore(table, publications);
  }
}

async function isDamaged(catalog: Catalog, table: string): Promise<boolean> {
  try {
    await catalog.tableOf(table);
    return false;
  } catch (error) {
    if (error instanceof ObjectDamaged) return true;
    throw error;
  }
}
