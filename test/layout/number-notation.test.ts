import { describe, expect, test } from 'vitest';
import { LayoutInvalid } from '../../shared/errors.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { firstDataset } from '../../shared/layout/layout.ts';

const layoutOf = (keys: object, encoding = 'iso-8859-1') =>
  JSON.stringify({
    name: 'x',
    encoding,
    record: { format: 'fixed', length: 30 },
    fields: [{ name: 'n', start: 1, end: 12, type: 'integer', ...keys }],
  });

function problemOf(text: string): string {
  try {
    readLayout(text, 'f');
  } catch (error) {
    if (error instanceof LayoutInvalid) return error.message;
    throw error;
  }
  return '';
}

const EXPLICIT = { type: 'decimal(9,2)', point: 'explicit' };
const MARKS = { sign: 'marks', negative: ['-'] };

describe('the notation of a number', () => {
  test('is compiled with places in bytes', () => {
    const keys = {
      signFrom: { start: 13, end: 14, negative: ['D'] },
      scaleFrom: { start: 15, end: 15 },
      type: 'decimal(9,2)',
      point: 'implied',
      nul: 'zero',
    };
    const [field] = firstDataset(readLayout(layoutOf(keys), 'f')).fields;
    expect(field).toMatchObject({
      signed: true,
      notation: {
        signFrom: { startByte: 12, endByte: 14 },
        scaleFrom: { startByte: 14, endByte: 15 },
        marks: { negative: ['D'], positive: [] },
        blankSign: 'reject',
        nul: 'zero',
      },
    });
  });

  test.each<[string, object, string, string?]>([
    ['a point for whole numbers', { decimalPoint: ',' }, 'decimalPoint'],
    ['an optional point of no character', { ...EXPLICIT, point: 'optional' }, "without 'decimalPoint'"],
    ['separators without the point', { ...EXPLICIT, thousands: '.' }, "without 'decimalPoint'"],
    ['one character for both', { ...EXPLICIT, thousands: '.', decimalPoint: '.' }, "as 'thousands' and as"],
    [
      'separators in an implied point',
      { type: 'decimal(9,2)', point: 'implied', thousands: '.' },
      'integers',
    ],
    ['an overpunch without a sign', { overpunch: 'ibm' }, '"leading" and "trailing"'],
    ['an overpunch in EBCDIC', { sign: 'trailing', overpunch: 'fujitsu' }, 'zone of the byte', 'cp037'],
    ['an unknown overpunch', { sign: 'trailing', overpunch: 'vax' }, 'overpunch'],
    ['marks without a list', { sign: 'marks' }, "without 'negative'"],
    ['a list without marks', { negative: ['-'] }, '"sign": "marks" only'],
    ['a mark in both lists', { ...MARKS, positive: ['-'] }, 'as negative and as positive'],
    ['a mark of digits', { ...MARKS, positive: ['1'] }, 'part of a number'],
    ['half a parenthesis', { ...MARKS, positive: ['('] }, 'around the number'],
    ['a mark with a blank', { ...MARKS, positive: ['C R'] }, 'without blanks'],
    ['two signs', { sign: 'trailing', signFrom: { start: 13, end: 13, negative: ['D'] } }, 'only one sign'],
    ['a sign beyond the record', { signFrom: { start: 31, end: 31, negative: ['D'] } }, 'beyond the record'],
    ['a mark longer than its place', { signFrom: { start: 13, end: 13, negative: ['DB'] } }, 'longer than'],
    ['a scale and a point', { ...EXPLICIT, scaleFrom: { start: 13, end: 13 } }, 'the point itself'],
    ['a missing sign of no sign', { blankSign: 'positive' }, 'stand apart'],
    ['packed digits with NUL', { usage: 'packed', nul: 'zero' }, 'usage display only'],
    ['a text with NUL', { type: 'string', nul: 'zero' }, 'integer and decimal fields only'],
  ])('is refused: %s', (_, keys, words, encoding) => {
    expect(problemOf(layoutOf(keys, encoding))).toContain(words);
  });

  test('is inside the occurrence of a table', () => {
    const table = (sign: number) =>
      JSON.stringify({
        name: 'x',
        encoding: 'cp037',
        record: { format: 'fixed', length: 30 },
        fields: [
          {
            name: 't',
            start: 1,
            end: 5,
            occurs: { count: 2, as: 'columns' },
            fields: [
              {
                name: 'n',
                start: 1,
                end: 4,
                type: 'integer',
                signFrom: { start: sign, end: sign, negative: ['D'] },
              },
            ],
          },
        ],
      });
    const fields = firstDataset(readLayout(table(5), 'f')).fields;
    expect(fields.map(({ notation }) => notation.signFrom?.startByte)).toEqual([4, 9]);
    expect(problemOf(table(12))).toContain('outside the first occurrence');
  });
});
