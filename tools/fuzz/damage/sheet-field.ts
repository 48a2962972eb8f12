import type { Chances } from '../../chaos/fault-plan.ts';

/** A value as its sender means it, and its bytes in the record. */
export interface Cell {
  /** Null if there is no value. Numbers as plain decimals, days as yyyy-MM-dd, moments as milliseconds since 1970, bytes in hex. */
  meant: string | null;
  bytes: number[];
}

/** The same value written in a way that the layout does not tell of. */
interface Misspelling {
  /** Name of the kind of damage. */
  kind: string;
  bytes: number[];
  /** What is meant now, if it is something else. */
  meant?: string | null;
}

/** One field of a random layout, with the sender's own way of writing its values. */
export interface SheetField {
  name: string;
  widthBytes: number;
  /** Keys of its entry in the layout besides name and position. */
  entry: Record<string, unknown>;
  isText: boolean;
  draw(chances: Chances): Cell;
  /** Undefined if the value cannot be misspelt in this field. The value that is meant stays the same. */
  misspell(chances: Chances, cell: Cell): Misspelling | undefined;
}

/** One of the misspellings that fit the field, each given as its kind and its bytes. */
export function oneOf(
  chances: Chances,
  widthBytes: number,
  candidates: (readonly [string, number[] | undefined])[],
): Misspelling | undefined {
  const fitting = candidates.flatMap(([kind, bytes]) =>
    bytes?.length === widthBytes ? [{ kind, bytes }] : [],
  );
  return fitting.length === 0 ? undefined : chances.of(fitting);
}

/** `bytes` filled up with `fill` at the end or at the start; undefined if it is too long. */
export function filledTo(
  widthBytes: number,
  bytes: number[],
  fill: number,
  side: 'start' | 'end',
): number[] | undefined {
  const missing = widthBytes - bytes.length;
  if (missing < 0) return undefined;
  const filling = new Array<number>(missing).fill(fill);
  return side === 'end' ? [...bytes, ...filling] : [...filling, ...bytes];
}
