import { RunInconsistent } from '../errors.ts';

/**
 * The id of each field of a table by its full name, from 1. An id stays with its name for ever, also when the name is gone from the layout:
 * files have ids in their footers, and readers find columns by them (Iceberg spec, "Column Projection").
 */
export type FieldIds = Readonly<Record<string, number>>;

/** The ids with those of the names that have none yet; the same ids if there is no such name. */
export function withNames(ids: FieldIds, names: readonly string[]): FieldIds {
  const missing = names.filter((name) => !Object.hasOwn(ids, name));
  if (missing.length === 0) return ids;
  let last = lastIdOf(ids);
  return { ...ids, ...Object.fromEntries(missing.map((name) => [name, ++last])) };
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
