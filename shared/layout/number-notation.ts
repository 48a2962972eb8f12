/** How a number is written in text, besides the place of its sign and its point. */
export interface NumberNotation {
  /** The character between the whole part and the decimals; undefined: a point or a comma, if only one reading is possible. */
  decimalPoint: '.' | ',' | undefined;
  /** The character between groups of three digits. */
  thousands: '.' | ',' | ' ' | "'" | undefined;
  /** left: digits begin at the first byte, and blanks follow them. */
  justify: 'right' | 'left';
  /** The meaning of a missing sign where the layout expects one. */
  blankSign: 'reject' | 'positive';
  /** The characters that mean a digit with a sign; undefined: those that mean the same in every family of compilers. */
  overpunch: Overpunch | undefined;
  /** The signs of `"sign": "marks"`, or of the place `signFrom`. */
  marks: SignMarks;
  /** The sign is at this place of the record. */
  signFrom: BytePlace | undefined;
  /** The number of decimals is at this place of the record. */
  scaleFrom: BytePlace | undefined;
  /** The meaning of NUL bytes between digits. */
  nul: 'reject' | 'blank' | 'zero';
}

/** Where the point of a decimal is: left out, in the text, or in the text if it is not left out. */
export type Point = 'implied' | 'explicit' | 'optional';

/** May the text of a number hold its point? */
export function mayHoldPoint(point: Point | undefined): boolean {
  return point === 'explicit' || point === 'optional';
}

/** Texts that mean a sign, such as `-`, `CR` and `()`. */
export interface SignMarks {
  negative: readonly string[];
  positive: readonly string[];
}

/** Bytes of a record, or of an occurrence of a table: 0-based, half-open. */
export interface BytePlace {
  startByte: number;
  endByte: number;
}

/** Families of compilers that write a sign over a digit of an ASCII text (shared/decode/overpunch.ts). */
export const OVERPUNCHES = ['ibm', 'microfocus', 'fujitsu'] as const;
export type Overpunch = (typeof OVERPUNCHES)[number];

/** Stands before and after a number, not on one side of it. */
export const PARENTHESES = '()';

export const PLAIN_NOTATION: NumberNotation = {
  decimalPoint: undefined,
  thousands: undefined,
  justify: 'right',
  blankSign: 'reject',
  overpunch: undefined,
  marks: { negative: [], positive: [] },
  signFrom: undefined,
  scaleFrom: undefined,
  nul: 'reject',
};

/** The places of sign and number of decimals that are not in the bytes of the number. */
export function placesBeside({ signFrom, scaleFrom }: NumberNotation): BytePlace[] {
  return [signFrom, scaleFrom].filter((place) => place !== undefined);
}

/** The notation of the same number in an occurrence that is `shiftBytes` further on. */
export function movedNotation(notation: NumberNotation, shiftBytes: number): NumberNotation {
  const moved = (place: BytePlace | undefined) =>
    place && { startByte: place.startByte + shiftBytes, endByte: place.endByte + shiftBytes };
  return { ...notation, signFrom: moved(notation.signFrom), scaleFrom: moved(notation.scaleFrom) };
}

/** Offset after the last byte that a field needs: of itself, its sign or its number of decimals. */
export function neededBytes(field: BytePlace & { notation: NumberNotation }): number {
  return Math.max(...[field, ...placesBeside(field.notation)].map(({ endByte }) => endByte));
}
