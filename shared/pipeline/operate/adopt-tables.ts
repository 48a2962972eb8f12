import type { TableSchema } from '../../day/day-commit.ts';
import { ObjectDamaged, RunInconsistent } from '../../errors.ts';
import { daysDataset } from '../../keys/lake-keys.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ListedLayouts } from '../../ports/layout-source.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { DAY_ROW_COLUMNS } from '../publish/day-row.ts';
import { restoreTables } from '../publish/restore-catalog.ts';
import { claimFieldIds } from '../store/field-ids.ts';
import { loadLayout } from '../store/load-layout.ts';
import { DAY_KEYS, tableSchemas } from '../store/table-schemas.ts';

interface Adoption {
  /** Tables that readers had not, or not whole, and now have with every day that is published. */
  adopted: string[];
  /** Tables that stay as they are, each with why its layout does not fit. Its files are refused until it does. */
  unfit: string[];
}

/**
 * Gives readers the tables of every layout: one that they lack is made, one of an earlier version, or whose metadata is lost, gets its
 * published files listed from the commits, and columns that a layout adds are added. No data file is written or read but for its footer.
 * May be repeated; tables that are whole are left alone.
 */
export async function adoptTables(ports: PipelinePorts, layouts: ListedLayouts): Promise<Adoption> {
  const adoption: Adoption = { adopted: [], unfit: [] };
  for (const name of await layouts.names()) {
    const { layout } = await loadLayout(layouts, name);
    const tables = tablesOf(ports, layout);
    const lost = new Set<string>();
    for (const { dataset } of tables) if (await isLost(ports, dataset)) lost.add(dataset);
    if (lost.size > 0) await restoreTables(ports, layout.name, async (table) => lost.has(table));
    for (const table of tables) {
      const problem = await problemOfOpening(ports, table);
      if (problem !== undefined) adoption.unfit.push(problem);
      else if (lost.has(table.dataset)) adoption.adopted.push(table.dataset);
    }
  }
  return adoption;
}

function tablesOf({ catalog }: PipelinePorts, layout: Layout): TableSchema[] {
  const { rows, rejects } = tableSchemas(layout);
  const days = { dataset: daysDataset(layout.name), columns: DAY_ROW_COLUMNS, partitionKeys: DAY_KEYS };
  return [...rows, rejects, ...(catalog.hasDaysTable ? [days] : [])];
}

async function isLost({ catalog }: PipelinePorts, table: string): Promise<boolean> {
  try {
    return (await catalog.tableOf(table)) === undefined;
  } catch (error) {
    if (error instanceof ObjectDamaged) return true;
    throw error;
  }
}

async function problemOfOpening(ports: PipelinePorts, table: TableSchema): Promise<string | undefined> {
  const { lake, catalog } = ports;
  const { dataset } = table;
  const fieldIds = await claimFieldIds(lake, dataset, table, () => catalog.fieldIdsOf(dataset));
  try {
    await catalog.open({ ...table, fieldIds });
    return undefined;
  } catch (error) {
    if (!(error instanceof RunInconsistent) || error instanceof ObjectDamaged) throw error;
    return error.message;
  }
}
