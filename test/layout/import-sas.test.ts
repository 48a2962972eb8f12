import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LayoutInvalid } from '../../shared/errors.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { firstDataset } from '../../shared/layout/layout.ts';
import { importPositions } from '../../shared/layout/sources/import-positions.ts';

const fieldsOf = (text: string) => importPositions(text, 'input.sas').fields;
const places = (text: string) => fieldsOf(text).map(({ name, start, end }) => [name, start, end]);

function failure(text: string): string {
  try {
    importPositions(text, 'input.sas');
  } catch (error) {
    expect(error).toBeInstanceOf(LayoutInvalid);
    return (error as LayoutInvalid).message;
  }
  throw new Error('the program was accepted');
}

const OPTIONAL_POINT = {
  ...{ point: 'optional', decimalPoint: '.' },
  ...{ sign: 'marks', negative: ['-'], positive: ['+'], blankSign: 'positive' },
};

describe('the pointer of an INPUT statement', () => {
  test('stands after the last field where no @ says another column', () => {
    const text = `DATA sales;
      INFILE 'sales.dat' LRECL=60;
      INPUT @1 UF $2.
            CODE $CHAR5.
            +3 PRICE 8.2
            NAME $ 30-39
            QTY 40 - 44
            FLAG 45
            RATE 46-50 .3
            LAST 4.;
      LABEL UF = 'State; @99 NOT A FIELD';
    RUN;`;
    expect(fieldsOf(text)).toEqual([
      { name: 'uf', start: 1, end: 2, type: 'string', trim: 'both' },
      { name: 'code', start: 3, end: 7, type: 'string' },
      { name: 'price', start: 11, end: 18, type: 'decimal(8,2)', ...OPTIONAL_POINT },
      { name: 'name', start: 30, end: 39, type: 'string', trim: 'both' },
      { name: 'qty', start: 40, end: 44, type: 'integer' },
      { name: 'flag', start: 45, end: 45, type: 'integer' },
      { name: 'rate', start: 46, end: 50, type: 'decimal(5,3)', ...OPTIONAL_POINT },
      { name: 'last', start: 51, end: 54, type: 'integer' },
    ]);
  });

  test('goes through lists of variables with the informats in turn', () => {
    expect(places('INPUT (A B C1-C3) ($2. +1 3.) @40 (X08-X10) (2*4. 1.);')).toEqual([
      ['a', 1, 2],
      ['b', 4, 6],
      ['c1', 7, 8],
      ['c2', 10, 12],
      ['c3', 13, 14],
      ['x08', 40, 43],
      ['x09', 44, 47],
      ['x10', 48, 48],
    ]);
  });

  test('is not moved by comments of any kind', () => {
    const text = `/* the file
      @1 OLD $9. */
      * INPUT @1 OLDER $9.;
      INPUT @1 A 2. /* not closed
            B 3.    /* closed */
            C 4.;`;
    expect(places(text)).toEqual([
      ['a', 1, 2],
      ['b', 3, 5],
      ['c', 6, 9],
    ]);
  });

  test('leaves each field where independent arithmetic puts it', () => {
    const item = fc.record({
      move: fc.option(fc.record({ to: fc.boolean(), by: fc.integer({ min: 1, max: 60 }) })),
      width: fc.integer({ min: 1, max: 12 }),
      form: fc.constantFrom('text', 'number', 'columns', 'text columns'),
      gap: fc.constantFrom(' ', '\n', '  /* note */ \n'),
    });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 20 }), (items) => {
        let column = 1;
        const expected: unknown[] = [];
        const words = items.map(({ move, width, form, gap }, index) => {
          if (move) column = move.to ? move.by : column + move.by;
          const pointer = move ? `${move.to ? '@' : '+'}${move.by} ` : '';
          const [start, end] = [column, column + width - 1];
          column = end + 1;
          expected.push([`v${index}`, start, end]);
          const name = `V${index}`;
          if (form === 'text') return `${pointer}${name} $${width}.${gap}`;
          if (form === 'number') return `${pointer}${name} ${width}.${gap}`;
          return `${pointer}${name} ${form === 'columns' ? '' : '$ '}${start}-${end}${gap}`;
        });
        expect(places(`INPUT ${words.join('')};`)).toEqual(expected);
      }),
    );
  });
});

describe('informats', () => {
  test.each([
    ['ZD7.2', { end: 7, type: 'decimal(7,2)', point: 'implied', sign: 'trailing' }],
    ['S370FZDS8.', { end: 8, type: 'integer', sign: 'leading-separate' }],
    ['S370FPD5.2', { end: 5, type: 'decimal(9,2)', usage: 'packed' }],
    ['S370FPDU4.', { end: 4, type: 'integer', usage: 'packed', signed: false }],
    ['PK3.', { end: 3, type: 'integer', usage: 'packed', signNibble: false }],
    ['S370FIB4.', { end: 4, type: 'integer', usage: 'binary', signed: true }],
    ['PIBR2.', { end: 2, type: 'integer', usage: 'binary', signed: false, byteOrder: 'little' }],
    ['S370FRB8.', { end: 8, type: 'double', usage: 'float', floatFormat: 'ibm' }],
    [
      'COMMA10.',
      {
        ...{ end: 10, type: 'decimal(10,2)', point: 'explicit', decimalPoint: '.', thousands: ',' },
        ...{ sign: 'marks', negative: ['-', '()'], blankSign: 'positive' },
      },
    ],
    [
      'COMMAX12.3',
      {
        ...{ end: 12, type: 'decimal(12,3)', point: 'optional', decimalPoint: ',', thousands: '.' },
        ...{ sign: 'marks', negative: ['-', '()'], blankSign: 'positive' },
      },
    ],
    ['$EBCDIC10.', { end: 10, type: 'string', encoding: 'cp1047' }],
    ['DATE9.', { end: 9, type: 'string', trim: 'both' }],
    ['DATETIME18.', { end: 18, type: 'string', trim: 'both' }],
    ['MMDDYY10.', { end: 10, type: 'date', format: 'MM/dd/yyyy' }],
    ['YYMMDD6.', { end: 6, type: 'date', format: 'yyMMdd', pivotYear: 1926 }],
    ['YYMMDDN8.', { end: 8, type: 'date', format: 'yyyyMMdd' }],
    ['JULIAN7.', { end: 7, type: 'date', format: 'yyyyDDD' }],
    ['E8601DT19.', { end: 19, type: 'timestamp', format: 'yyyy-MM-ddTHH:mm:ss' }],
  ])('%s', (informat, form) => {
    expect(fieldsOf(`INPUT @1 V ${informat};`)).toEqual([{ name: 'v', start: 1, ...form }]);
  });

  test('that leave something open are read in one way, and said', () => {
    const { notes } = importPositions('INPUT A IB4. B PD3. C DATE9. D DDMMYY10. E $EBCDIC3.;', 'f');
    for (const word of ['IB4.', 'PD3.', 'DATE9.', 'DDMMYY10.', '$EBCDIC3.']) {
      expect(notes.filter((note) => note.startsWith(word))).toHaveLength(1);
    }
  });
});

test('layouts of all that is read are layouts', () => {
  const text =
    'INPUT A COMMA12. B DOLLARX9. C ZD5.2 D PD4.1 E IB4. F PIBR2. G S370FRB8. H IEEE4. I YYMMDD6. J $EBCDIC3. K 9.3;';
  const fields = fieldsOf(text);
  const layout = { name: 'sample', encoding: 'cp037', record: { format: 'fixed', length: 99 }, fields };
  expect(firstDataset(readLayout(JSON.stringify(layout), 'f')).fields).toHaveLength(11);
});

describe('programs are refused, with the line and what to do,', () => {
  test.each([
    ['for list input', 'INPUT @1 A $2.\n NAME $\n B 3.;', ['line 2', 'list input', 'NAME $ 1-10']],
    ['for a second INPUT', 'INPUT A 2.;\nINPUT B 3.;', ['line 2', 'second INPUT']],
    ['for a held line', 'INPUT A 2. @;', ['holds the line']],
    ['for two lines a record', 'INPUT A 2.\n / B 3.;', ['line 2', 'another line']],
    ['for a pointer at a text', "INPUT @'KEY' A 2.;", ['differs from record to record']],
    ['for an unknown informat', 'INPUT A 2.\n B HEX4.;', ['line 2', "'HEX4.'", '$CHARw.']],
    ['for a bracket that stays open', 'INPUT (A B) (2.', ['not closed']],
    ['for columns that go backwards', 'INPUT A 9-3;', ['from 9 to 3']],
    ['for the same name twice', 'INPUT A 2. a 3.;', ["two fields named 'a'"]],
  ])('%s', (_, text, fragments) => {
    const message = failure(text);
    for (const fragment of fragments) expect(message).toContain(fragment);
  });

  test('or read, whatever their text', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('INPUT', '@1', 'A', '$', '1-3', '$3.', '(', ')', ';', '+2', '\n', '2.1', '/*', '*/'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        try {
          importPositions(`INPUT ${words.join(' ')}`, 'f');
        } catch (error) {
          if (!(error instanceof LayoutInvalid)) throw error;
        }
      }),
    );
  });
});
