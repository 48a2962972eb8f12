import type { TableSchema } from '../../day/day-commit.ts';
import { RunInconsistent } from '../../errors.ts';
import type { Layout } from '../../layout/layout.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import type { LoadedEntry } from '../../run/ledger-entry.ts';
import { fitTables, unitedSchemas } from '../store/fit-tables.ts';
import { tableSchemas } from '../store/table-schemas.ts';

/**
 * The tables of a day: those of `layout`, and of the layouts that its files were converted by. Fails with `RunInconsistent` if they cannot be
 * one table, or not part of the one that readers have: a commit that the catalog refuses must not be written.
 */
export async function dayTables(
  ports: Pick<PipelinePorts, 'catalog'>,
  layout: Layout,
  businessDate: string,
  loaded: LoadedEntry[],
): Promise<{ rows: TableSchema[]; rejects: TableSchema }> {
  const { rows, rejects, problems } = await judgeTables(ports, layout, loaded);
  if (problems.length === 0) return { rows, rejects };
  throw new RunInconsistent({
    what: 'the files of this day do not fit into one table with what is published',
    where: `${layout.name} of ${businessDate}`,
    why: problems.join('; '),
    next: 'Nothing was changed for readers. Convert the file of the wrong layout under a layout with another name; if it is loaded, take it out first with rollback --file F --remove.',
  });
}

/** The tables of a day, and why the catalog would not take them. */
export async function judgeTables(
  { catalog }: Pick<PipelinePorts, 'catalog'>,
  layout: Layout,
  loaded: LoadedEntry[],
): Promise<{ rows: TableSchema[]; rejects: TableSchema; problems: string[] }> {
  const { rows, rejects } = tableSchemas(layout);
  const others = loaded.flatMap((entry) => entry.loaded.tables ?? []);
  const { tables } = unitedSchemas(rows, others, catalog);
  // In the order in which they were loaded: the newest layout is the one that does not fit.
  const among = unitedSchemas([], [...others, ...rows], catalog);
  const { problems } = await fitTables(catalog, [...tables, rejects]);
  return { rows: tables, rejects, problems: [...new Set([...among.problems, ...problems])] };
}
