import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guessDelimiter } from '../../shared/layout/guess/guess-delimiter.ts';
import { expectToLoadItself, guessOf } from '../support/guess-of.ts';

/** Small whole numbers that follow from a seed. */
function randomNumbers(seed: number): (below: number) => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
}

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');
const zeros = (value: number, width: number) => String(value).padStart(width, '0');

/** A day of quotes in the form of COTAHIST, written by other code than the engine's. */
function quotes(seed: number, count: number): string {
  const below = randomNumbers(seed);
  const day = `202${below(6)}${zeros(1 + below(12), 2)}${zeros(1 + below(28), 2)}`;
  const control = (code: string, rest: string) => `${code}COTAHIST.2021BOVESPA ${day}${rest}`.padEnd(245);
  const details = Array.from({ length: count }, () => {
    const price = 1 + below(900_000);
    const option = below(3) === 0;
    const paper = ['PETR', 'VALE', 'BBDC', 'ITUB', 'ABEV', 'WEGE'][below(6)]!;
    const quantity = (1 + below(90_000)) * (below(3) === 0 ? 1 : 100);
    const trades = 1 + below(2500);
    const prices = Array.from({ length: 7 }, () => zeros(price + below(500), 13)).join('');
    const expiry = option
      ? `202${6 + below(3)}${zeros(1 + below(12), 2)}${zeros(1 + below(28), 2)}`
      : '99991231';
    return [
      '01',
      day,
      option ? '78' : ['02', '96', '12'][below(3)],
      `${paper}${option ? `F${zeros(below(99), 2)}` : below(9)}`.padEnd(12),
      option ? '070' : '010',
      `${paper} EMPRESA`.padEnd(12),
      'ON      NM'.padEnd(10),
      option ? '000' : '   ',
      'R$  ',
      prices,
      zeros(trades, 5),
      zeros(quantity, 18),
      zeros(price * quantity, 18),
      zeros(option ? price : 0, 13),
      '0',
      expiry,
      zeros(below(9) === 0 ? 1000 : 1, 7),
      zeros(0, 13),
      `BR${paper}ACNOR${below(9)}`,
      zeros(100 + below(200), 3),
    ].join('');
  });
  return [control('00', ''), ...details, control('99', zeros(count + 2, 11))].join('\r\n');
}

describe('a guess for files in the form of COTAHIST', () => {
  test.each([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ])('number %i has its dates and no other, header, trailer and count, and loads its own file', (seed) => {
    const guess = guessOf(quotes(seed, 60 + seed * 40));
    expect(
      guess.fields!.filter(({ type }) => type === 'date' || type === 'timestamp').map(({ start }) => start),
    ).toEqual([3, 203]);
    expect(guess.header?.match).toEqual({ start: 1, end: 2, equals: '00' });
    expect(guess.trailer?.match).toEqual({ start: 1, end: 2, equals: '99' });
    expect(guess.controlTotals).toEqual([{ trailer: 'column_32', equals: 'count(all)' }]);
    expect(guess.detail?.match).toEqual({ start: 1, end: 2, equals: '01' });
    expectToLoadItself(guess);
  });

  test.each([
    'COTAHIST_D25062021.TXT',
    'COTAHIST_D04012016_TRUNCATED.TXT',
  ])('%s: columns begin where fields do', (name) => {
    const file = new URL(`../../../shared/data/b3/${name}`, import.meta.url);
    if (!existsSync(file)) return;
    const guess = guessOf(readFileSync(file));
    const dates = guess.fields!.filter(({ type }) => type === 'date').map(({ start, end }) => [start, end]);
    expect(dates).toEqual([
      [3, 10],
      [203, 210],
    ]);
    const starts = [
      1, 3, 11, 13, 25, 28, 40, 50, 53, 57, 70, 83, 96, 109, 122, 135, 148, 153, 171, 189, 202, 203, 211, 218,
      231, 243,
    ];
    const found = guess.fields!.filter(({ start }) => starts.includes(start));
    expect(found.length).toBeGreaterThanOrEqual(19);
    // A count is proposed where it is true; the other file is cut short.
    expect(guess.controlTotals).toEqual(
      name.includes('TRUNCATED') ? undefined : [{ trailer: 'column_32', equals: 'count(all)' }],
    );
    expectToLoadItself(guess);
  });
});

describe('kinds of records', () => {
  test('are found by a code that is not at the front, with header and trailer', () => {
    const below = randomNumbers(7);
    const bank = (kind: string, rest: string) => `341${zeros(1, 4)}${kind}${rest}`.padEnd(80);
    const content = [
      bank('0', '         2EMPRESA LTDA           BANCO X'),
      ...Array.from({ length: 120 }, (_, index) =>
        index % 2 === 0
          ? bank(
              '3',
              `${zeros(index, 5)}P${zeros(below(1e9), 15)}${zeros(below(1e9), 15)}2025${zeros(1 + below(12), 2)}${zeros(1 + below(28), 2)}`,
            )
          : bank(
              '4',
              `${['JOSE DA SILVA', 'ANA', 'MARIA LIMA'][below(3)]!.padEnd(30)}${['RUA A', 'AV BRASIL'][below(2)]!.padEnd(30)}`,
            ),
      ),
      bank('9', `         ${zeros(122, 6)}`),
    ].join('\n');
    const guess = guessOf(content);
    expect(guess.header?.match).toEqual({ start: 8, end: 8, equals: '0' });
    expect(guess.trailer?.match).toEqual({ start: 8, end: 8, equals: '9' });
    expect(guess.recordTypes?.map(({ match }) => match)).toEqual([
      { start: 8, end: 8, equals: '3' },
      { start: 8, end: 8, equals: '4' },
    ]);
    expect(guess.controlTotals).toEqual([{ trailer: 'column_18', equals: 'count(all)' }]);
    expectToLoadItself(guess);
  });

  test('are not made of products, of which some have a text that others lack', () => {
    const below = randomNumbers(3);
    const content = lines(
      200,
      () =>
        `${zeros(below(1e8), 10)}${['A', 'B', 'C'][below(3)]}${(below(3) ? '' : 'NOTE').padEnd(10)}${'NAME'.padEnd(30)}${zeros(below(1e6), 12)}`,
    );
    const { header, recordTypes } = guessOf(content);
    expect([header, recordTypes]).toEqual([undefined, undefined]);
  });
});

describe('dates', () => {
  const below = randomNumbers(5);
  const parts = () => ({
    y: `20${zeros(below(26), 2)}`,
    m: zeros(1 + below(12), 2),
    d: zeros(1 + below(28), 2),
  });

  test.each([
    ['DD.MM.YYYY', 'date', 'dd.MM.yyyy', ({ y, m, d }: ReturnType<typeof parts>) => `${d}.${m}.${y}`],
    ['dd/MM/yyyy', 'date', 'dd/MM/yyyy', ({ y, m, d }) => `${d}/${m}/${y}`],
    ['yyyy-MM-dd', 'date', 'yyyy-MM-dd', ({ y, m, d }) => `${y}-${m}-${d}`],
    ['ddMMyyyy', 'date', 'ddMMyyyy', ({ y, m, d }) => `${d}${m}${y}`],
    [
      'Db2',
      'timestamp',
      'yyyy-MM-dd-HH.mm.ss.SSSSSS',
      ({ y, m, d }) =>
        `${y}-${m}-${d}-${zeros(below(24), 2)}.${zeros(below(60), 2)}.${zeros(below(60), 2)}.${zeros(below(1e6), 6)}`,
    ],
    [
      'digits with a time',
      'timestamp',
      'yyyyMMddHHmmss',
      ({ y, m, d }) => `${y}${m}${d}${zeros(below(24), 2)}${zeros(below(60), 2)}${zeros(below(60), 2)}`,
    ],
  ] as [
    string,
    string,
    string,
    (day: ReturnType<typeof parts>) => string,
  ][])('%s are found, with nulls among them', (_, type, format, written) => {
    const content = lines(
      80,
      (index) =>
        `${zeros(index * 31, 6)}X${index % 9 === 4 ? ' '.repeat(format.length) : written(parts())}Y${zeros(below(1e6), 8)}`,
    );
    const guess = guessOf(content);
    expect(guess.fields!.filter((field) => field.type === 'date' || field.type === 'timestamp')).toEqual([
      { name: 'column_8', start: 8, end: 7 + format.length, type, format },
    ]);
    expectToLoadItself(guess);
  });

  test.each([
    ['a counter whose last digits are years', (index: number) => `X0101${2001 + index}`],
    ['one number that is a day, with leading zeros', () => 'X000020250812'],
    [
      'a small number after a day of each night',
      (index: number) => `X20250${1 + (index % 9)}150000${zeros(index % 3, 2)}`,
    ],
    ['amounts', (index: number) => `X${zeros((index * 104729) % 99999989, 8)}`],
  ])('are not seen in %s', (name, line) => {
    const { fields } = guessOf(lines(60, (index) => `${zeros(index, 4)}A${line(index)}`));
    const moments = fields!.filter(({ type }) => type === 'date' || type === 'timestamp');
    expect(moments.map(({ type, start }) => [type, start])).toEqual(
      name.startsWith('a small') ? [['date', 7]] : [],
    );
  });

  test('that can be read in two ways stay texts, and this is said', () => {
    const guess = guessOf(
      lines(
        60,
        (index) =>
          `A${zeros(index, 4)}X${zeros(1 + (index % 12), 2)}/${zeros(1 + ((index * 5) % 12), 2)}/2025`,
      ),
    );
    expect(guess.fields!.at(-1)).toEqual({ name: 'column_7', start: 7, end: 16, type: 'string' });
    expect(guess.notes.join()).toMatch(/column_7.*dd\/MM\/yyyy or MM\/dd\/yyyy/);
  });
});

describe('other columns', () => {
  test('null indicators, tax numbers, overpunched signs', () => {
    const below = randomNumbers(11);
    const cpf = (nine: string) => {
      const digit = (text: string) => {
        const rest = [...text].reduce((sum, one, at) => sum + Number(one) * (text.length + 1 - at), 0) % 11;
        return rest < 2 ? 0 : 11 - rest;
      };
      const ten = nine + digit(nine);
      return ten + digit(ten);
    };
    const content = lines(200, (index) => {
      const isNull = index % 7 === 2;
      const punched = `${zeros(below(1e6), 8)}${'{ABCDEFGHI}JKLMNOPQR'.charAt(below(20))}`;
      return `${cpf(zeros(below(1e9), 9))}B${isNull ? '        ?' : `${['RUA A', 'AVENIDA', 'PCA  CD'][below(3)]!.padEnd(8)} `}${punched}`;
    });
    const guess = guessOf(content);
    expect(guess.fields).toEqual([
      { name: 'column_1', start: 1, end: 11, type: 'string' },
      { name: 'column_12', start: 12, end: 20, type: 'string' },
      { name: 'column_21', start: 21, end: 21, type: 'string' },
      { name: 'column_22', start: 22, end: 30, type: 'integer', sign: 'trailing' },
    ]);
    expectToLoadItself(guess);
  });

  test('a packed number that is low-values where its indicator says null', () => {
    const bytes = Array.from({ length: 90 }, (_, index) => {
      const id = [...zeros(index, 6)].map((digit) => 0xf0 + Number(digit));
      return index % 5 === 3
        ? [...id, 0, 0, 0, 0x6f]
        : [...id, 0x01, (index % 10) * 16 + 2, index % 2 ? 0x3c : 0x4d, 0];
    });
    const guess = guessOf(Uint8Array.from(bytes.flat()));
    expect(guess.fields).toEqual([
      { name: 'column_1', start: 1, end: 6, type: 'integer' },
      { name: 'column_7', start: 7, end: 9, type: 'integer', usage: 'packed', nullWhen: ['low-values'] },
      { name: 'column_10', start: 10, end: 10, type: 'binary' },
    ]);
    expect(guess.notes.join()).toContain('column_10 is marked exactly where column_7 is empty');
    expectToLoadItself(guess);
  });
});

describe('delimited files', () => {
  test.each([';', '\t', '|', ','])('divided by %j are seen', (delimiter) => {
    const { records } = guessOf(
      lines(30, (index) => [index * 37, 'NAME'.repeat(1 + (index % 3)), '1.50'].join(delimiter)),
    );
    expect(guessDelimiter(records)).toEqual({
      delimiter: delimiter === '\t' ? 'tab' : delimiter,
      columnCount: 3,
      share: 1,
    });
  });

  test('are not files of fixed positions with bars, commas of amounts, or commas of names', () => {
    for (const line of [
      (index: number) => `${zeros(index, 5)}|NAME      |${zeros(index * 7, 6)}`,
      (index: number) => `${zeros(index, 9)},50 X`,
      (index: number) => `${zeros(index, 5)}${(index % 3 ? 'SILVA, ANA' : 'LIMA, JOSE, SR').padEnd(20)}`,
    ]) {
      expect(guessDelimiter(guessOf(lines(30, line)).records)).toBeUndefined();
    }
  });
});

test('a guessed layout loads the file that it was guessed from', () => {
  const field = fc.oneof(
    fc.record({
      kind: fc.constant('number' as const),
      width: fc.integer({ min: 3, max: 15 }),
      digits: fc.integer({ min: 1, max: 15 }),
      blank: fc.boolean(),
      nulls: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('text' as const),
      width: fc.integer({ min: 2, max: 20 }),
      words: fc.array(fc.stringMatching(/^[A-Z]{1,8}( [A-Z0-9]{1,4})?$/), { minLength: 1, maxLength: 5 }),
    }),
    fc.record({
      kind: fc.constant('date' as const),
      format: fc.constantFrom('yMd', 'dMy', 'd/M/y', 'y-M-d'),
      nulls: fc.constantFrom('', ' ', '0', '9'),
    }),
    fc.record({
      kind: fc.constant('code' as const),
      codes: fc.array(fc.stringMatching(/^[A-Z0-9]{2}$/), { minLength: 1, maxLength: 4 }),
    }),
  );
  fc.assert(
    fc.property(
      fc.array(field, { minLength: 1, maxLength: 8 }),
      fc.nat(),
      fc.integer({ min: 5, max: 80 }),
      fc.boolean(),
      (fields, seed, count, isTrimmed) => {
        const below = randomNumbers(seed);
        const value = (one: (typeof fields)[number]): string => {
          if (one.kind === 'text')
            return one.words[below(one.words.length)]!.slice(0, one.width).padEnd(one.width);
          if (one.kind === 'code') return one.codes[below(one.codes.length)]!;
          if (one.kind === 'number') {
            const digits = Math.min(one.digits, one.width);
            const text = String(below(10 ** Math.min(digits, 9)));
            return one.nulls && below(5) === 0
              ? ' '.repeat(one.width)
              : text.slice(0, one.width).padStart(one.width, one.blank ? ' ' : '0');
          }
          const [y, m, d] = [String(1990 + below(40)), zeros(1 + below(12), 2), zeros(1 + below(28), 2)];
          const text = one.format.replace('y', y).replace('M', m).replace('d', d);
          return one.nulls !== '' && below(6) === 0 ? text.replace(/\d/g, one.nulls) : text;
        };
        const content = lines(count, () => {
          const line = fields.map(value).join('');
          return isTrimmed ? line.trimEnd() || '0' : line;
        });
        if (!content.includes('\n')) return;
        const guess = guessOf(content);
        if (guess.fields?.length === 0) return;
        expectToLoadItself(guess);
      },
    ),
    { numRuns: 100 },
  );
});
