import type { FieldEntry } from '../layout-schema.ts';

/** A column that an unknown file seems to have, as an entry of `fields`. Its scale and meaning cannot be seen. */
export type ColumnGuess = FieldEntry;

/** Offsets, half-open, as the entry of a column named by its first position. */
export function column(
  startByte: number,
  endByte: number,
  form: Omit<ColumnGuess, 'name' | 'start' | 'end'>,
): ColumnGuess {
  return { name: `column_${startByte + 1}`, start: startByte + 1, end: endByte, ...form };
}
