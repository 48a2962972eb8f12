import * as z from 'zod';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { HARMLESS, statementReads } from './statement-reads.ts';

/*
 * A table of 50,000 files takes DuckDB seconds to be told of. When the one statement that will be run is known, only the tables that it names
 * are made, and of a SELECT of a single table that asks for days or other partitions by equality (year = '2025' AND month = '08') only the files
 * of these. Whatever is not understood is read whole: what a statement answers never depends on this.
 */

/** A SELECT … FROM one table WHERE …, without names of its own for the columns, and without another SELECT in it. */
const plainSelect = z.looseObject({
  type: z.literal('SELECT_NODE'),
  // WITH may give the name of a table to something else.
  cte_map: z.looseObject({ map: z.array(z.unknown()).length(0) }),
  from_table: z.looseObject({
    type: z.literal('BASE_TABLE'),
    alias: z.string(),
    sample: z.null(),
    schema_name: z.literal(['', 'main']),
    table_name: z.string(),
    column_name_alias: z.array(z.unknown()).length(0),
    catalog_name: z.literal(''),
    at_clause: z.null(),
  }),
  where_clause: z.unknown(),
  sample: z.null(),
});
const plainStatement = z.looseObject({
  statements: z.tuple([z.looseObject({ node: plainSelect })]),
});

const conjunction = z.looseObject({ type: z.literal('CONJUNCTION_AND'), children: z.array(z.unknown()) });
const columnName = z.looseObject({
  type: z.literal('COLUMN_REF'),
  column_names: z.union([z.tuple([z.string()]), z.tuple([z.string(), z.string()])]),
});
const textValue = z.looseObject({
  type: z.literal('VALUE_CONSTANT'),
  value: z.looseObject({
    type: z.looseObject({ id: z.literal('VARCHAR') }),
    is_null: z.literal(false),
    value: z.string(),
  }),
});
const equality = z.looseObject({
  type: z.literal('COMPARE_EQUAL'),
  left: columnName,
  right: textValue,
});

/**
 * The tables of files, each with those files, that a statement can need; `json` is what DuckDB says of its SQL. Undefined if that may be any.
 * `others` has the names of all other tables: of any further name (`sqlite_master`) nobody knows what it tells.
 */
export function neededTables(
  catalogs: readonly CatalogFile[],
  others: readonly string[],
  json: string,
): CatalogFile[] | undefined {
  let names: Set<string>;
  try {
    const { tables, tableFunctions, unanswered } = statementReads(json);
    const isPlain = tables.every(({ schema }) => schema === '' || schema === 'main');
    if (!isPlain || unanswered.length > 0) return undefined;
    if (tableFunctions.some((name) => !HARMLESS.has(name.toLowerCase()))) return undefined;
    names = new Set(tables.map(({ name }) => name.toLowerCase()));
    const known = new Set(
      [...catalogs.map(({ dataset }) => dataset), ...others].map((name) => name.toLowerCase()),
    );
    if (![...names].every((name) => known.has(name))) return undefined;
    // Of a table that is named twice, each may be asked for other days.
    if (tables.length !== 1) return catalogs.filter(({ dataset }) => names.has(dataset.toLowerCase()));
  } catch {
    // No SELECT, several statements, or none.
    return undefined;
  }
  const asked = askedValues(json);
  return catalogs
    .filter(({ dataset }) => names.has(dataset.toLowerCase()))
    .map((catalog) => withPartitions(catalog, asked));
}

/** Column, in lower case, and the text that it must be equal to. */
function askedValues(json: string): [column: string, value: string][] {
  const parsed = plainStatement.safeParse(JSON.parse(json));
  if (!parsed.success) return [];
  const { from_table: table, where_clause: where } = parsed.data.statements[0].node;
  const name = (table.alias || table.table_name).toLowerCase();
  return conditionsOf(where).flatMap((condition): [string, string][] => {
    const { success, data } = equality.safeParse(condition);
    if (!success) return [];
    const [of, column = of] = data.left.column_names;
    // Something else than the table with a dot before a name: a part of a column.
    if (data.left.column_names.length === 2 && of.toLowerCase() !== name) return [];
    return [[column.toLowerCase(), data.right.value.value]];
  });
}

/** The conditions that all rows of an answer meet. */
function conditionsOf(where: unknown): unknown[] {
  const { success, data } = conjunction.safeParse(where);
  return success ? data.children.flatMap(conditionsOf) : [where];
}

function withPartitions(catalog: CatalogFile, asked: [column: string, value: string][]): CatalogFile {
  const keys = catalog.partitionKeys.filter(({ type }) => type === 'string').map(({ name }) => name);
  const wanted = asked.flatMap(([column, value]) => {
    const key = keys.find((name) => name.toLowerCase() === column);
    return key === undefined ? [] : [[key, value] as const];
  });
  const partitions = catalog.partitions.filter(({ values }) =>
    // Of a partition that has no folder of this key, the files say the value.
    wanted.every(([key, value]) => !(key in values) || values[key] === value),
  );
  // A table without files is made in another way.
  return partitions.length === 0 ? catalog : { ...catalog, partitions };
}
