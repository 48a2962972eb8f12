import { type CodePage, isEbcdic } from '../code-page.ts';
import type { FieldType } from '../field-type.ts';
import type { FieldEntry } from '../layout-schema.ts';
import {
  type BytePlace,
  mayHoldPoint,
  type NumberNotation,
  PARENTHESES,
  PLAIN_NOTATION,
  type SignMarks,
} from '../number-notation.ts';

const MOST_MARK_BYTES = 8;
const MOST_SCALE_BYTES = 2;
type Problem = (text: string) => void;

/** Checks how a number is written in text: points, separators, signs. `placeOf` checks the places of sign and scale. */
export function compileNotation(
  entry: FieldEntry,
  type: FieldType,
  encoding: CodePage,
  problem: Problem,
  placeOf: (key: 'signFrom' | 'scaleFrom') => BytePlace | undefined,
): NumberNotation {
  checkPoint(entry, type, problem);
  checkSign(entry, encoding, problem);
  const marks = compileMarks(entry, problem);
  return {
    ...PLAIN_NOTATION,
    decimalPoint: entry.decimalPoint,
    thousands: entry.thousands,
    justify: entry.justify ?? PLAIN_NOTATION.justify,
    blankSign: entry.blankSign ?? PLAIN_NOTATION.blankSign,
    overpunch: entry.overpunch,
    marks,
    signFrom: placeOf('signFrom'),
    scaleFrom: placeOf('scaleFrom'),
    nul: entry.nul ?? PLAIN_NOTATION.nul,
  };
}

function checkPoint(entry: FieldEntry, type: FieldType, problem: Problem): void {
  const { decimalPoint, thousands, scaleFrom, signFrom } = entry;
  const explicit = type.kind === 'decimal' && mayHoldPoint(entry.point);
  if (decimalPoint !== undefined && !explicit) {
    problem(`has 'decimalPoint', which is for "point": "explicit" and "optional" only`);
  }
  if (thousands !== undefined && type.kind === 'decimal' && !explicit) {
    problem(`has 'thousands', which is for integers and for "point": "explicit" and "optional" only`);
  }
  if (thousands !== undefined && explicit && decimalPoint === undefined) {
    problem(`has 'thousands' without 'decimalPoint': say which character comes before the decimals`);
  }
  if (entry.point === 'optional' && decimalPoint === undefined) {
    problem(
      `has "point": "optional" without 'decimalPoint': say which character is the point if there is one`,
    );
  }
  if (thousands !== undefined && thousands === decimalPoint) {
    problem(`has '${thousands}' as 'thousands' and as 'decimalPoint'`);
  }
  if (entry.justify === 'left' && explicit) {
    problem(
      `has "justify": "left" and an ${entry.point} point, beside which blanks may stand on both sides anyway`,
    );
  }
  if (scaleFrom && explicit) {
    problem(`has 'scaleFrom' and an ${entry.point} point: the point itself says how many decimals there are`);
  }
  if (scaleFrom && scaleFrom.end - scaleFrom.start >= MOST_SCALE_BYTES) {
    problem(`has a 'scaleFrom' of more than ${MOST_SCALE_BYTES} bytes, more than a number of decimals needs`);
  }
  if (signFrom && signFrom.end - signFrom.start >= MOST_MARK_BYTES) {
    problem(`has a 'signFrom' of more than ${MOST_MARK_BYTES} bytes, more than a sign needs`);
  }
}

function checkSign(entry: FieldEntry, encoding: CodePage, problem: Problem): void {
  const { sign = 'none', signFrom, overpunch, blankSign, thousands } = entry;
  const isPunched = sign === 'leading' || sign === 'trailing';
  if (signFrom && sign !== 'none') problem(`has 'signFrom' and "sign": "${sign}": it has only one sign`);
  if (overpunch !== undefined && !isPunched) {
    problem(`has 'overpunch', which is for "sign": "leading" and "trailing" only`);
  }
  if (overpunch !== undefined && isEbcdic(encoding)) {
    problem(`has 'overpunch', but in ${encoding} the zone of the byte says the sign: C and F plus, D minus`);
  }
  if (blankSign !== undefined && (sign === 'none' || isPunched) && !signFrom) {
    problem(`has 'blankSign', which is for signs that stand apart from the digits only`);
  }
  if (thousands !== undefined && isPunched) {
    problem(`has 'thousands' and an overpunched sign, which no compiler writes`);
  }
}

function compileMarks(entry: FieldEntry, problem: Problem): SignMarks {
  const inField = { negative: entry.negative ?? [], positive: entry.positive ?? [] };
  const isMarked = entry.sign === 'marks';
  if (!isMarked && (entry.negative || entry.positive)) {
    problem(`has 'negative' or 'positive', which is for "sign": "marks" only`);
  }
  if (isMarked && !entry.negative) {
    problem(`has "sign": "marks" without 'negative': say which marks mean minus, such as ["-", "()", "DB"]`);
  }
  if (entry.signFrom) {
    const { negative, positive = [], start, end } = entry.signFrom;
    checkMarks({ negative, positive }, `'signFrom'`, problem);
    for (const mark of [...negative, ...positive]) {
      if (mark.length > end - start + 1) problem(`has '${mark}' in 'signFrom', longer than its place`);
    }
    return { negative, positive };
  }
  checkMarks(inField, `'negative' and 'positive'`, problem);
  for (const mark of [...inField.negative, ...inField.positive]) {
    const others = `${entry.decimalPoint ?? '.,'}${entry.thousands ?? ''}`;
    if (/\d/.test(mark) || [...mark].some((character) => others.includes(character))) {
      problem(`has the mark '${mark}', which could be part of a number`);
    }
    if (/[()]/.test(mark) && mark !== PARENTHESES) {
      problem(`has the mark '${mark}': parentheses are given as '()' and stand around the number`);
    }
  }
  return inField;
}

function checkMarks({ negative, positive }: SignMarks, where: string, problem: Problem): void {
  for (const mark of [...negative, ...positive]) {
    if (!/^[!-~]+$/.test(mark))
      problem(`has '${mark}' in ${where}: a mark is ASCII characters without blanks`);
    if (mark.length > MOST_MARK_BYTES) problem(`has '${mark}' in ${where}, longer than ${MOST_MARK_BYTES}`);
  }
  const both = negative.find((mark) => positive.includes(mark));
  if (both !== undefined) problem(`has '${both}' as negative and as positive`);
}
