import { RunInconsistent } from '../errors.ts';
import type { CatalogColumn, TableColumns } from '../ports/catalog.ts';
import { fieldNames } from './field-names.ts';

/**
 * The id of each field of a table by its full name, from 1. An id stays with its name for ever, also when the name is gone from the layout:
 * files have ids in their footers, and readers find columns by them (Iceberg spec, "Column Projection").
 */
export type FieldIds = Readonly<Record<string, number>>;

/** The ids with those of the names that have none yet; the same ids if there is no such name. */
function withNames(ids: FieldIds, names: readonly string[]): FieldIds {
  const missing = names.filter((name) => !Object.hasOwn(ids, name));
  if (missing.length === 0) return ids;
  let last = lastIdOf(ids);
  return { ...ids, ...Object.fromEntries(missing.map((name) => [name, ++last])) };
}

/** The same for the columns of a table: the names that a column had before are its own, so they have its id. */
export function withColumnNames(ids: FieldIds, { columns, partitionKeys }: TableColumns): FieldIds {
  const named = columns.reduce(withRenamed, ids);
  const all = withNames(named, fieldNames({ columns, partitionKeys }));
  return columns.reduce(withRenamed, all);
}

function withRenamed(ids: FieldIds, { name, formerly = [] }: CatalogColumn): FieldIds {
  const names = [name, ...formerly];
  const known = names.find((one) => Object.hasOwn(ids, one));
  const missing = names.filter((one) => !Object.hasOwn(ids, one));
  if (known === undefined || missing.length === 0) return ids;
  return { ...ids, ...Object.fromEntries(missing.map((one) => [one, ids[known]!])) };
}

/** The highest id that was given, 0 if none was. */
export function lastIdOf(ids: FieldIds): number {
  return Math.max(0, ...Object.values(ids));
}

export function idOf(ids: FieldIds, name: string): number {
  if (Object.hasOwn(ids, name)) return ids[name]!;
  throw new RunInconsistent({
    what: `the field '${name}' has no id`,
    why: 'The ids of a table, and its columns, do not belong together.',
    next: 'Convert the file again with --force: its plan gives an id to every field.',
  });
}
