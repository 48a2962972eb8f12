import type { Kernel } from '../kernel/kernel.ts';
import {
  MARK_AROUND,
  MARK_NEGATIVE,
  NUMBER_BLANK_SIGN,
  NUMBER_EXPLICIT_SCALE,
  NUMBER_FORM_BYTES,
  NUMBER_LEFT,
  NUMBER_MARKS,
  NUMBER_MOST_DIGITS,
  NUMBER_NOTED,
  NUMBER_POINT,
  NUMBER_POINT_OPTIONAL,
  NUMBER_PUNCHES,
  NUMBER_SCALE,
  NUMBER_SCALE_BYTES,
  NUMBER_SIGN,
  NUMBER_SIGN_BYTES,
  NUMBER_THOUSANDS,
  SIGN_BESIDE,
  SIGN_LEADING,
  SIGN_LEADING_SEPARATE,
  SIGN_MARKS,
  SIGN_NONE,
  SIGN_TRAILING,
  SIGN_TRAILING_SEPARATE,
} from '../kernel/shapes.ts';
import type { Field, Sign } from '../layout/field.ts';
import { scaleOf } from '../layout/field-type.ts';
import { type BytePlace, mayHoldPoint, PARENTHESES, type SignMarks } from '../layout/number-notation.ts';
import { dialectOf } from './number-characters.ts';
import { punchedTable } from './overpunch.ts';
import { mostDigits } from './packed-or-binary.ts';

const SIGN_CODES: Record<Sign, number> = {
  none: SIGN_NONE,
  leading: SIGN_LEADING,
  trailing: SIGN_TRAILING,
  'leading-separate': SIGN_LEADING_SEPARATE,
  'trailing-separate': SIGN_TRAILING_SEPARATE,
  marks: SIGN_MARKS,
};

/** Writes into the kernel's memory how a number is written (NUMBER_… in shapes.ts); returns the address. */
export function placeNumberForm(kernel: Kernel, field: Field): number {
  const { notation, type, sign } = field;
  const { signFrom, scaleFrom, marks } = notation;
  const words = new Int32Array(NUMBER_FORM_BYTES / 4);
  const set = (offset: number, value: number) => {
    words[offset / 4] = value;
  };
  set(NUMBER_SIGN, signFrom ? SIGN_BESIDE : SIGN_CODES[sign]);
  set(NUMBER_EXPLICIT_SCALE, type.kind === 'decimal' && mayHoldPoint(field.point) ? type.scale : -1);
  set(NUMBER_MOST_DIGITS, mostDigits(field));
  set(NUMBER_POINT, codeOf(notation.decimalPoint));
  set(NUMBER_PUNCHES, kernel.place(punchedTable(dialectOf(field))));
  set(NUMBER_BLANK_SIGN, Number(notation.blankSign === 'positive'));
  set(NUMBER_NOTED, Number(isNoted(field)));
  set(NUMBER_THOUSANDS, codeOf(notation.thousands));
  set(NUMBER_LEFT, Number(notation.justify === 'left'));
  set(NUMBER_MARKS, kernel.place(marksBytes(marks)));
  set(NUMBER_SIGN_BYTES, widthOf(signFrom));
  set(NUMBER_SCALE_BYTES, widthOf(scaleFrom));
  set(NUMBER_SCALE, scaleOf(type));
  set(NUMBER_POINT_OPTIONAL, Number(field.point === 'optional'));
  return kernel.place(new Uint8Array(words.buffer));
}

/** Is it written in a way that only the slower loop reads? */
function isNoted({ sign, point, notation }: Field): boolean {
  const { thousands, justify, signFrom, scaleFrom } = notation;
  return (
    sign === 'marks' ||
    point === 'optional' ||
    thousands !== undefined ||
    justify === 'left' ||
    signFrom !== undefined ||
    scaleFrom !== undefined
  );
}

function codeOf(character: string | undefined): number {
  return character?.charCodeAt(0) ?? 0;
}

function widthOf(place: BytePlace | undefined): number {
  return place ? place.endByte - place.startByte : 0;
}

/** Their count, then { length, flags, characters } of each, the longest first. */
function marksBytes({ negative, positive }: SignMarks): Uint8Array {
  const marks = [
    ...negative.map((text) => ({ text, flags: MARK_NEGATIVE })),
    ...positive.map((text) => ({ text, flags: 0 })),
  ].sort((a, b) => b.text.length - a.text.length);
  return Uint8Array.from([
    marks.length,
    ...marks.flatMap(({ text, flags }) => [
      text.length,
      flags + (text === PARENTHESES ? MARK_AROUND : 0),
      ...Buffer.from(text, 'latin1'),
    ]),
    // The loop reads the length of the first mark, if there is none too.
    0,
  ]);
}
