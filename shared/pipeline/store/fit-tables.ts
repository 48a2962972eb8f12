import { planTableChange, type ReaderSkills, type TableChange } from '../../catalog/table-change.ts';
import type { TableSchema } from '../../day/day-commit.ts';
import type { Catalog, CatalogColumn } from '../../ports/catalog.ts';
import { inParallel } from './in-parallel.ts';

const PARALLEL_READS = 8;

/** How the tables of a layout differ from those that readers have. */
interface TablesFit {
  /** Why its files cannot be in the tables, each a clause with the name of the table. */
  problems: string[];
  /** Changes that people should know of, each a clause. */
  notes: string[];
  /** True if readers have no table of some dataset yet, so that nothing was compared with it. */
  isNew: boolean;
}

/** Compares the tables that a layout fills with those that readers have. */
export async function fitTables(catalog: Catalog, wanted: TableSchema[]): Promise<TablesFit> {
  const changes = await inParallel(wanted, PARALLEL_READS, async (schema) => {
    const standing = await catalog.tableOf(schema.dataset);
    return standing && { dataset: schema.dataset, ...planTableChange(standing, schema, catalog) };
  });
  const known = changes.filter((change) => change !== undefined);
  return {
    problems: known.flatMap(({ dataset, problems }) => problems.map((problem) => `${dataset}: ${problem}`)),
    notes: known.flatMap(notesOf),
    isNew: known.length < changes.length,
  };
}

function notesOf({
  dataset,
  widened,
  renamed,
  absent,
  partitionKeys,
  partitionedBefore,
}: TableChange & { dataset: string }): string[] {
  return [
    ...(partitionedBefore
      ? [
          `the rows of this file are partitioned by ${namesOf(partitionKeys)}, and ${dataset} was by ${namesOf(partitionedBefore)}`,
        ]
      : []),
    ...renamed.map(({ from, to }) => `column ${to} of ${dataset} was called ${from}`),
    ...widened.map(({ name, from, to }) => `column ${name} of ${dataset} becomes ${to} and was ${from}`),
    ...(absent.length > 0
      ? [`${dataset} has ${absent.join(', ')}, and the layout has not: null in the rows of this file`]
      : []),
  ];
}

function namesOf(keys: CatalogColumn[]): string {
  return keys.map(({ name }) => name).join(', ');
}

/**
 * The tables of a day whose files were converted by several layouts: every dataset of any of them, with every column, in the widest type,
 * partitioned by the keys of the first. `problems` says which layouts cannot share a table.
 */
export function unitedSchemas(
  schemas: TableSchema[],
  others: readonly TableSchema[],
  skills: ReaderSkills,
): { tables: TableSchema[]; problems: string[] } {
  const tables = new Map(schemas.map((schema) => [schema.dataset, schema]));
  const problems = new Set<string>();
  for (const other of others) {
    const known = tables.get(other.dataset);
    if (!known) tables.set(other.dataset, other);
    else {
      const { columns, partitionKeys, ...change } = planTableChange(known, other, skills, 'table');
      for (const problem of change.problems) problems.add(`${other.dataset}: ${problem}`);
      tables.set(other.dataset, { ...known, columns, partitionKeys });
    }
  }
  return { tables: [...tables.values()], problems: [...problems] };
}
