import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unicodeOf } from '../../shared/decode/code-pages.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import type { Field } from '../../shared/layout/field.ts';
import { firstDataset } from '../../shared/layout/layout.ts';
import { decodeAll } from '../support/decoded-fields.ts';
import { means, type Spelling, spell } from '../support/number-speller.ts';

const WIDTH = 16;
type Encoding = 'us-ascii' | 'cp037';

const spellings: fc.Arbitrary<Spelling> = fc
  .record<Spelling>({
    scale: fc.integer({ min: 0, max: 4 }),
    point: fc.constantFrom('none', '.', ','),
    thousands: fc.constantFrom('', '', '.', ',', ' ', "'"),
    sign: fc.constantFrom('none', 'leading', 'trailing', 'leading-separate', 'trailing-separate', 'marks'),
    dialect: fc.constantFrom('ibm', 'microfocus', 'fujitsu'),
    blankPlus: fc.boolean(),
    negative: fc.constantFrom(['-'], ['()'], ['CR', '-'], ['D'], ['DB', '()']),
    positive: fc.constantFrom(['+'], ['C'], ['R$']),
    side: fc.constantFrom('before', 'after'),
    justify: fc.constantFrom('left', 'right'),
    fill: fc.constantFrom(' ', '0'),
    dropped: fc.integer({ min: 0, max: 4 }),
  })
  .map((drawn) => {
    const said = { ...drawn };
    if (said.point !== 'none') said.scale ||= 2;
    if (said.thousands === said.point || /ing$/.test(said.sign)) said.thousands = '';
    // Only whole numbers have separators without a point.
    if (said.point === 'none' && said.thousands !== '') said.scale = 0;
    if (/ing$/.test(said.sign)) said.point = 'none';
    // An explicit point needs no justification, and a blank of a plus at the right moves nothing to the left.
    if (said.point !== 'none') said.justify = 'right';
    return said;
  });

/** Keys of the layout; of those in `unsaid` it says nothing. */
function fieldOf(spelling: Spelling, encoding: Encoding, unsaid: ReadonlySet<string>): Field {
  const { scale, point, thousands, sign, justify, dialect, blankPlus, negative, positive } = spelling;
  const explicit = point !== 'none';
  const isWhole = scale === 0;
  const punched = sign === 'leading' || sign === 'trailing';
  const keys: [string, unknown][] = [
    ['decimalPoint', explicit ? point : undefined],
    ['thousands', thousands || undefined],
    ['justify', justify === 'left' ? 'left' : undefined],
    ['overpunch', punched && encoding === 'us-ascii' ? dialect : undefined],
    ['blankSign', blankPlus && !punched && sign !== 'none' ? 'positive' : undefined],
  ];
  // Thousands need the point beside them.
  const isSaid = (key: string) =>
    !unsaid.has(key) && !(key === 'thousands' && explicit && unsaid.has('decimalPoint'));
  const entry = {
    name: 'x',
    start: 3,
    end: 2 + WIDTH,
    type: isWhole && !explicit ? 'integer' : `decimal(14,${scale})`,
    ...(!(isWhole && !explicit) && { point: explicit ? 'explicit' : 'implied' }),
    sign,
    ...(sign === 'marks' && { negative, positive }),
    ...Object.fromEntries(keys.filter(([key, value]) => value !== undefined && isSaid(key))),
  };
  const layout = { name: 'x', encoding, record: { format: 'fixed', length: 2 + WIDTH }, fields: [entry] };
  return firstDataset(readLayout(JSON.stringify(layout), 'x')).fields[0]!;
}

/** In EBCDIC the same characters; those of IBM's signed digits are its zones. */
function bytesOf(text: string, encoding: Encoding): Uint8Array {
  if (encoding === 'us-ascii') return Buffer.from(text, 'latin1');
  const units = unicodeOf('cp037');
  return Uint8Array.from(text, (character) => units.indexOf(character.charCodeAt(0)));
}

const values = fc.oneof(
  fc.bigInt({ min: -99_999_999_999n, max: 99_999_999_999n }),
  fc.bigInt({ min: -2_000_000n, max: 2_000_000n }),
  fc.constantFrom(0n, 1n, -1n, 1000n, 500n, -1000n, 1_000_000n, 123_456_000n, 15_000n),
);
const files = fc.record({
  spelling: spellings,
  encoding: fc.constantFrom<Encoding>('us-ascii', 'cp037'),
  numbers: fc.array(values, { minLength: 1, maxLength: 8 }),
});

/** The file as it can be: EBCDIC has one way to write signed digits. */
function written({
  spelling: drawn,
  encoding,
  numbers,
}: {
  spelling: Spelling;
  encoding: Encoding;
  numbers: bigint[];
}) {
  const spelling: Spelling = encoding === 'cp037' ? { ...drawn, dialect: 'ibm' } : drawn;
  const texts = numbers.flatMap((value) => {
    const text = spell(value, WIDTH, spelling);
    return text === undefined || (text.trim() === '' && value !== 0n) ? [] : [{ value, text }];
  });
  return { spelling, texts };
}

test('an amount in any notation that the layout says is read as what it means', () => {
  let count = 0;
  fc.assert(
    fc.property(files, (file) => {
      const { spelling, texts } = written(file);
      if (texts.length === 0) return;
      const field = fieldOf(spelling, file.encoding, new Set());
      const { rows } = decodeAll(
        field,
        file.encoding,
        texts.map(({ text }) => bytesOf(text, file.encoding)),
      );
      expect(rows.map((row, index) => [texts[index]!.text, row])).toEqual(
        texts.map(({ value, text }) => [text, value]),
      );
      count += texts.length;
    }),
    { numRuns: 1500 },
  );
  expect(count).toBeGreaterThan(3000);
});

test('an amount in a notation that the layout leaves open is read as what it means, or not at all', () => {
  let [read, all] = [0, 0];
  const open = fc.uniqueArray(
    fc.constantFrom('decimalPoint', 'thousands', 'justify', 'overpunch', 'blankSign'),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(files, open, (file, unsaid) => {
      const { spelling, texts } = written(file);
      if (texts.length === 0) return;
      const field = fieldOf(spelling, file.encoding, new Set(unsaid));
      const { rows } = decodeAll(
        field,
        file.encoding,
        texts.map(({ text }) => bytesOf(text, file.encoding)),
      );
      for (const [index, { value, text }] of texts.entries()) {
        all++;
        if (typeof rows[index] !== 'bigint') continue;
        read++;
        expect([text, rows[index]]).toEqual([text, value]);
      }
    }),
    { numRuns: 1500 },
  );
  expect(read).toBeGreaterThan(all / 10);
});

test('an amount with a damaged byte is not read, unless its text now plainly means what is read', () => {
  let [read, all] = [0, 0];
  const damage = fc.record({
    at: fc.nat(WIDTH - 1),
    to: fc.constantFrom(...`  ++--..,,''()CDRB$@APQYJ{}py0\0\u00a0`),
    zone: fc.option(fc.integer({ min: 0, max: 15 })),
  });
  fc.assert(
    fc.property(
      files,
      fc.array(damage, { minLength: 8, maxLength: 8 }),
      fc.boolean(),
      (file, damages, isPointSaid) => {
        const { encoding } = file;
        const { spelling, texts } = written(file);
        if (texts.length === 0) return;
        const field = fieldOf(spelling, encoding, new Set(isPointSaid ? [] : ['decimalPoint']));
        const said: Spelling =
          isPointSaid || spelling.point === 'none' ? spelling : { ...spelling, thousands: '' };
        const damaged = texts.map(({ text }, index) => {
          const { at, to, zone } = damages[index]!;
          const bytes = Uint8Array.from(bytesOf(text, encoding));
          bytes[at] = zone === null ? bytesOf(to, encoding)[0]! : (bytes[at]! & 0x0f) | (zone << 4);
          return bytes;
        });
        const units = unicodeOf('cp037');
        const { rows } = decodeAll(field, encoding, damaged);
        for (const [index, { value, text }] of texts.entries()) {
          all++;
          const row = rows[index];
          if (typeof row !== 'bigint' || row === value) continue;
          read++;
          const shown = Array.from(damaged[index]!, (byte) =>
            String.fromCharCode(encoding === 'cp037' ? units[byte]! : byte),
          ).join('');
          expect([text, shown, row, means(shown, row, said, isPointSaid)]).toEqual([text, shown, row, true]);
        }
      },
    ),
    { numRuns: 4000 },
  );
  expect(read).toBeGreaterThan(all / 200);
});
