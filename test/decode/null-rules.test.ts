import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unicodeOf } from '../../shared/decode/code-pages.ts';
import type { CodePage } from '../../shared/layout/code-page.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { firstDataset } from '../../shared/layout/layout.ts';
import { agrees, decodeAll } from '../support/decoded-fields.ts';
import { binary, ibmFloat, ieeeFloat, national, packed } from '../support/form-encoders.ts';
import { INVALID } from '../support/vector-values.ts';

/** The field that a layout of one field has, read as every layout is. */
function fieldOf(entry: Record<string, unknown>, width: number, encoding: string) {
  const field = { name: 'x', start: 3, end: width + 2, ...entry };
  const layout = { name: 's', encoding, record: { format: 'fixed', length: width + 3 }, fields: [field] };
  return firstDataset(readLayout(JSON.stringify(layout), 'f')).fields[0]!;
}

function rowsOf(entry: Record<string, unknown>, encoding: string, bytes: Uint8Array[]) {
  const field = fieldOf(entry, bytes[0]!.length, encoding);
  agrees(field, field.encoding, bytes);
  return decodeAll(field, field.encoding, bytes).rows;
}

const inPage = (text: string, page: CodePage) => {
  if (page === 'utf-8') return Buffer.from(text);
  if (page === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  const units = page === 'iso-8859-1' || page === 'cp037' ? unicodeOf(page) : undefined;
  return Uint8Array.from([...text], (one) => units?.indexOf(one.charCodeAt(0)) ?? one.charCodeAt(0));
};

const PAGES = ['iso-8859-1', 'us-ascii', 'utf-8', 'cp037', 'utf-16be'] as const;
/** A type, and texts of it of ten characters or fewer, none of which is a sentinel. */
const TEXT_TYPES: [Record<string, unknown>, string[]][] = [
  [{ type: 'string' }, ['ANA', 'NA-', '-999', 'NAN', '.5']],
  [{ type: 'integer', sign: 'leading-separate', blankSign: 'positive' }, ['-999', '0', '-99990', '9999']],
  [
    { type: 'decimal(9,1)', point: 'explicit', sign: 'leading-separate', blankSign: 'positive' },
    ['-999.9', '0.5', '9999.0'],
  ],
  [{ type: 'date', format: 'dd/MM/yyyy' }, ['12/08/2025', '01/01/1999']],
  [{ type: 'boolean' }, ['S', 'N']],
  [{ type: 'double' }, ['-999.9', '9999', '1e5']],
];
const SENTINELS = ['-9999', 'NA', 'N/A', '.', '00/00/0000', '***'];

test('a text value is null in every type and code page, with whatever padding is around it, and nothing else is', () => {
  const padding = fc.array(fc.constantFrom(' ', ' ', '\0', '\x1f'), { maxLength: 6 });
  const cases = fc.record({
    page: fc.constantFrom(...PAGES),
    form: fc.constantFrom(...TEXT_TYPES),
    nullWhen: fc.subarray(SENTINELS, { minLength: 1 }),
    sentinel: fc.nat(),
    before: padding,
    after: padding,
    reject: fc.constantFrom('reject', 'null'),
  });
  fc.assert(
    fc.property(cases, ({ page, form: [type, values], nullWhen, sentinel, before, after, reject }) => {
      if (page === 'utf-16be' && type.type !== 'string') return;
      const entry = {
        ...type,
        onInvalid: reject,
        encoding: page,
        trim: type.type === 'string' ? 'both' : undefined,
      };
      const width = (text: string) => (type.type === 'date' ? text.padStart(10) : text.padStart(14));
      const said = nullWhen[sentinel % nullWhen.length]!;
      const padded =
        type.type === 'date'
          ? said.padEnd(10)
          : (before.join('') + said + after.join('')).slice(0, 14).padEnd(14);
      // Cut by the slice, it would be another text.
      if (!padded.includes(said)) return;
      const cells = [padded, ...values.map(width)].map((text) => inPage(text, page));
      const encoding = page === 'utf-16be' ? 'iso-8859-1' : page;
      const withRules = rowsOf({ ...entry, nullWhen }, encoding, cells);
      const without = rowsOf(entry, encoding, cells);
      expect(withRules[0]).toBeNull();
      expect(withRules.slice(1)).toEqual(without.slice(1));
      expect(without.slice(1)).not.toContain(INVALID);
    }),
    { numRuns: 600 },
  );
});

test('a number is null in packed, binary and floating-point fields, in every spelling of it', () => {
  const amount = fc.bigInt({ min: -99_999n, max: 99_999n });
  fc.assert(
    fc.property(amount, fc.array(amount, { minLength: 1, maxLength: 8 }), (sentinel, others) => {
      const values = [sentinel, ...others];
      const expected = values.map((value) => (value === sentinel ? null : value));
      const nullWhen = [String(sentinel)];
      const usage = (more: object) => ({ type: 'integer', nullWhen, ...more });
      const packedRows = rowsOf(
        usage({ usage: 'packed' }),
        'cp037',
        values.map((value) => packed(value, 4, 'signed')),
      );
      expect(packedRows).toEqual(expected);
      for (const byteOrder of ['big', 'little'] as const) {
        const cells = values.map((value) => binary(value, 4, byteOrder));
        expect(rowsOf(usage({ usage: 'binary', signed: true, byteOrder }), 'cp037', cells)).toEqual(expected);
        for (const width of [4, 8] as const) {
          const floats = values.map((value) => ieeeFloat(Number(value), width, byteOrder));
          const entry = { type: 'double', nullWhen, usage: 'float', floatFormat: 'ieee', byteOrder };
          expect(rowsOf(entry, 'cp037', floats)).toEqual(
            expected.map((value) => (value === null ? null : Number(value))),
          );
        }
      }
      const ibm = values.map((value) => {
        let [fraction, power] = [value * 2n ** 36n, 5];
        // Normalised: the first half byte of the fraction is not zero.
        for (; fraction !== 0n && fraction < 2n ** 52n && fraction > -(2n ** 52n); power--) fraction *= 16n;
        return ibmFloat(fraction, fraction === 0n ? -64 : power, 8);
      });
      const entry = { type: 'double', nullWhen, usage: 'float', floatFormat: 'ibm' };
      expect(rowsOf(entry, 'cp037', ibm)).toEqual(
        expected.map((value) => (value === null ? null : Number(value))),
      );
    }),
    { numRuns: 200 },
  );
  const scaled = { type: 'decimal(5,1)', usage: 'packed', nullWhen: ['-999.9', '0'] };
  const cells = [
    packed(-9999n, 3, 'signed'),
    packed(9999n, 3, 'unsigned'),
    packed(0n, 3, 'unsigned'),
    Uint8Array.of(0, 0, 0x0d),
  ];
  expect(rowsOf(scaled, 'cp037', cells)).toEqual([null, 9999n, null, null]);
  const zeros = { type: 'integer', usage: 'packed', digits: 3, trailingZeros: 2, nullWhen: ['99900'] };
  expect(rowsOf(zeros, 'cp037', [packed(999n, 2, 'signed'), packed(99n, 2, 'signed')])).toEqual([
    null,
    9900n,
  ]);
  const date = { type: 'date', usage: 'packed', format: 'yyyyMMdd', nullWhen: ['99999999', '0'] };
  const days = [99_999_999n, 0n, 20_250_812n].map((value) => packed(value, 5, 'unsigned'));
  expect(rowsOf(date, 'cp037', days)).toEqual([null, null, 20312]);
});

test('blanks that are a number too are rejected, unless the layout says what they are', () => {
  const forms: [object, number, unknown][] = [
    [{ type: 'integer', usage: 'binary', signed: true }, 2, 0x4040n],
    [{ type: 'integer', usage: 'binary', signed: false, byteOrder: 'little' }, 4, 0x40404040n],
    [{ type: 'decimal(20,0)', usage: 'binary', signed: false }, 8, 0x4040404040404040n],
    [{ type: 'integer', usage: 'packed', signNibble: false }, 2, 4040n],
    [{ type: 'decimal(38,0)', usage: 'packed', signNibble: false }, 12, 404040404040404040404040n],
    [{ type: 'double', usage: 'float', floatFormat: 'ibm' }, 4, 0x404040 / 2 ** 24],
    [{ type: 'double', usage: 'float', floatFormat: 'ieee' }, 4, 3.0039215087890625],
  ];
  for (const [form, width, number] of forms) {
    const blanks = [new Uint8Array(width).fill(0x40)];
    const reads = (more: object) => rowsOf({ ...form, ...more }, 'cp037', blanks)[0];
    expect([form, reads({})]).toEqual([form, INVALID]);
    expect([form, reads({ nullWhen: ['blanks'] })]).toEqual([form, null]);
    expect([form, reads({ nullWhen: [] })]).toEqual([form, number]);
    expect([form, reads({ nullWhen: ['low-values'] })]).toEqual([form, number]);
    // ASCII blanks in EBCDIC are not blanks, and one bit less is a number like any other.
    const others = [new Uint8Array(width).fill(0x20), Uint8Array.of(...Array(width - 1).fill(0x40), 0x41)];
    expect(rowsOf(form as Record<string, unknown>, 'cp037', others)).not.toContain(INVALID);
  }
  const one = { type: 'integer', usage: 'binary', signed: false };
  expect(rowsOf(one, 'cp037', [Uint8Array.of(0x40)])).toEqual([64n]);
});

test('national text is compared without its padding', () => {
  const entry = { type: 'string', encoding: 'utf-16be', nullWhen: ['N/A', 'ção'] };
  const cells = ['N/A', ' N/A\0', 'ção', 'N/AB'].map((text) => national(text, 12));
  const rows = rowsOf(entry, 'iso-8859-1', cells);
  expect(rows.slice(0, 3)).toEqual([null, null, null]);
  expect(rows[3]).not.toBeNull();
});
