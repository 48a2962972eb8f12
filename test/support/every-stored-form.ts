import fc from 'fast-check';
import { decimalText } from '../../shared/decimal.ts';
import {
  binary,
  dateDigits,
  ebcdicText,
  ibmFloat,
  ieeeFloat,
  national,
  packed,
  type SignPlace,
  zonedAscii,
  zonedEbcdic,
} from './form-encoders.ts';

/** One storage form: a column of the record, the values it may hold, and the text that DuckDB must read. */
interface StoredForm {
  lengthBytes: number;
  entry: Record<string, unknown>;
  /** The bytes of a value, and the text that they must become; null for a null. */
  cell: fc.Arbitrary<{ bytes: Uint8Array; text: string | null }>;
}

/** Every storage form, in the order of the columns of a record. */
export const forms: StoredForm[] = [];

function form<V>(
  lengthBytes: number,
  entry: Record<string, unknown>,
  values: fc.Arbitrary<V>,
  encode: (value: V) => Uint8Array,
  text: (value: V) => string | null,
): void {
  const cell = values.map((value) => ({ bytes: encode(value), text: text(value) }));
  forms.push({ lengthBytes, entry, cell });
}

/** Makes cells of the last form full of `byte` now and then, which must read as `text`. */
function orFilled(byte: number, text: string | null): void {
  const last = forms.at(-1)!;
  const filled = { bytes: new Uint8Array(last.lengthBytes).fill(byte), text };
  last.cell = fc.oneof({ weight: 3, arbitrary: last.cell }, { weight: 1, arbitrary: fc.constant(filled) });
}

const below = (digits: number, isSigned: boolean) => {
  const most = 10n ** BigInt(digits) - 1n;
  const least = isSigned ? -most : 0n;
  // The edges are as likely as all values between them.
  return fc.oneof(fc.bigInt({ min: least, max: most }), fc.constantFrom(least, most, 0n, 1n));
};

const NUMBERS: { type: string; digits: number; scale: number }[] = [
  { type: 'decimal(9,2)', digits: 9, scale: 2 },
  { type: 'integer', digits: 18, scale: 0 },
  { type: 'decimal(31,4)', digits: 31, scale: 4 },
];
const SIGNS: SignPlace[] = ['none', 'leading', 'trailing', 'leading-separate', 'trailing-separate'];

// Zoned digits, in EBCDIC and in ASCII.
for (const { type, digits, scale } of NUMBERS) {
  for (const sign of SIGNS) {
    const width = digits + (sign.endsWith('separate') ? 1 : 0);
    const point = type === 'integer' ? {} : { point: 'implied' };
    const values = below(digits, sign !== 'none');
    const entry = { type, sign, ...point };
    form(
      width,
      entry,
      values,
      (value) => zonedEbcdic(value, width, sign),
      (value) => decimalText({ unscaled: value, scale }),
    );
    orFilled(0x40, null);
    form(
      width,
      { ...entry, encoding: 'us-ascii', ...(/^(leading|trailing)$/.test(sign) && { overpunch: 'ibm' }) },
      values,
      (value) => zonedAscii(value, width, sign),
      (value) => decimalText({ unscaled: value, scale }),
    );
    orFilled(0x20, null);
  }
}

// Packed digits with a sign, without one, and without a place for one; odd and even numbers of digits.
for (const { type, digits, scale } of [...NUMBERS, { type: 'decimal(10,2)', digits: 10, scale: 2 }]) {
  const usage = { type, usage: 'packed', digits };
  const width = Math.floor(digits / 2) + 1;
  const text = (value: bigint) => decimalText({ unscaled: value, scale });
  form(width, usage, below(digits, true), (value) => packed(value, width, 'signed'), text);
  orFilled(0x40, null);
  form(
    width,
    { ...usage, signed: false },
    below(digits, false),
    (value) => packed(value, width, 'unsigned'),
    text,
  );
  const halves = Math.ceil(digits / 2);
  form(
    halves,
    // Said, so that a random number that looks like blanks is a number.
    { ...usage, signNibble: false, nullWhen: [] },
    below(digits, false),
    (value) => packed(value, halves, undefined),
    text,
  );
}

// Binary integers of 1 to 8 bytes, both orders, signed and unsigned.
for (let width = 1; width <= 8; width++) {
  for (const byteOrder of ['big', 'little'] as const) {
    for (const signed of [true, false]) {
      const bits = BigInt(width * 8 - (signed ? 1 : 0));
      const [min, max] = [signed ? -(2n ** bits) : 0n, 2n ** bits - 1n];
      form(
        width,
        { type: width === 8 ? 'decimal(20,0)' : 'integer', usage: 'binary', signed, byteOrder, nullWhen: [] },
        fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, 0n)),
        (value) => binary(value, width, byteOrder),
        String,
      );
    }
  }
}
form(
  4,
  { type: 'decimal(9,2)', usage: 'binary', signed: true, nullWhen: [] },
  below(9, true),
  (value) => binary(value, 4, 'big'),
  (value) => decimalText({ unscaled: value, scale: 2 }),
);

// Floating point of IBM and IEEE. A fraction of 53 bits is exact in a double, whatever the power.
for (const width of [4, 8] as const) {
  const bits = width === 4 ? 24n : 53n;
  const most = 2n ** bits - 1n;
  form(
    width,
    { type: 'double', usage: 'float', floatFormat: 'ibm', nullWhen: [] },
    fc.tuple(fc.bigInt({ min: -most, max: most }), fc.integer({ min: -40, max: 40 })),
    ([fraction, power]) => ibmFloat(width === 8 ? fraction * 8n : fraction, power, width),
    ([fraction, power]) => String((Number(fraction) / 2 ** Number(bits)) * 16 ** power + 0),
  );
  for (const byteOrder of ['big', 'little'] as const) {
    const values = width === 4 ? fc.float({ noNaN: true }) : fc.double({ noNaN: true });
    form(
      width,
      { type: 'double', usage: 'float', floatFormat: 'ieee', byteOrder, nullWhen: [] },
      values.map((value) => (Number.isFinite(value) ? value : 0.5)),
      (value) => ieeeFloat(value, width, byteOrder),
      (value) => String(value + 0),
    );
  }
}

// Texts: trailing blanks are dropped, blanks alone are null.
const texts = (characters: string[], most: number) =>
  fc
    .array(fc.constantFrom(...characters), { maxLength: most })
    .map((found) => found.join('').trimEnd())
    .map((text) => ({ text, shown: text === '' ? null : text }));
const textForm = (
  lengthBytes: number,
  encoding: string | undefined,
  characters: string[],
  most: number,
  encode: (text: string) => Uint8Array,
) =>
  form(
    lengthBytes,
    { type: 'string', ...(encoding && { encoding }) },
    texts(characters, most),
    ({ text }) => encode(text),
    ({ shown }) => shown,
  );
const PLAIN = [...'ABCIJRSZabijrsz059 '];
textForm(12, undefined, PLAIN, 12, (text) => ebcdicText(text, 12));
textForm(12, 'cp1047', PLAIN, 12, (text) => ebcdicText(text, 12));
textForm(10, 'us-ascii', PLAIN, 10, (text) => Buffer.from(text.padEnd(10), 'ascii'));
textForm(10, 'iso-8859-1', [...'Aãç É'], 10, (text) => Buffer.from(text.padEnd(10), 'latin1'));
textForm(40, 'utf-8', [...'Aã€ 😀'], 10, (text) =>
  Buffer.concat([Buffer.from(text), Buffer.alloc(40, 0x20)], 40),
);
textForm(24, 'utf-16be', [...'Aã€ ñ漢\uffee'], 12, (text) => national(text, 24));
textForm(24, 'utf-16be', [...'b 😀𐀀'], 6, (text) => national(text, 24));

// Fillings that mean null, and blanks by policy.
form(
  6,
  { type: 'integer', nullWhen: ['low-values', 'high-values'] },
  below(6, false),
  (value) => zonedEbcdic(value, 6, 'none'),
  String,
);
orFilled(0x00, null);
orFilled(0xff, null);
form(
  4,
  { type: 'integer', usage: 'packed', nullWhen: ['low-values'], blank: 'zero' },
  below(7, true),
  (value) => packed(value, 4, 'signed'),
  String,
);
orFilled(0x00, null);
orFilled(0x40, '0');
form(
  4,
  { type: 'integer', usage: 'binary', signed: false, nullWhen: ['high-values'] },
  fc.bigInt({ min: 0n, max: 2n ** 32n - 2n }),
  (value) => binary(value, 4, 'big'),
  String,
);
orFilled(0xff, null);
form(
  4,
  { type: 'integer', usage: 'binary', signed: true, nullWhen: ['blanks', '-9999'] },
  fc.bigInt({ min: 0n, max: 0x40404000n }),
  (value) => binary(value, 4, 'big'),
  String,
);
orFilled(0x40, null);
form(
  8,
  { type: 'decimal(7,2)', point: 'implied', sign: 'leading-separate', blank: 'zero' },
  below(7, true),
  (value) => zonedEbcdic(value, 8, 'leading-separate'),
  (value) => decimalText({ unscaled: value, scale: 2 }),
);
orFilled(0x40, '0.00');
form(
  6,
  { type: 'string', nullWhen: ['low-values', 'high-values'] },
  texts(PLAIN, 6),
  ({ text }) => ebcdicText(text, 6),
  ({ shown }) => shown,
);
orFilled(0x00, null);
orFilled(0xff, null);

// Dates and timestamps as text, packed and binary, within the range of each format.
const DAY = 86_400_000;
const days = (first: string, last: string) => {
  const [min, max] = [Date.parse(first) / DAY, Date.parse(last) / DAY];
  const edges = fc.constantFrom(
    min,
    max,
    ...['2000-02-29', '1999-12-31'].map((day) => Date.parse(day) / DAY),
  );
  return fc.oneof(fc.integer({ min, max }), edges).map((day) => new Date(day * DAY));
};
const DATES: { format: string; pivotYear?: number; first: string; last: string }[] = [
  { format: 'yyyyMMdd', first: '0001-01-01', last: '9999-12-31' },
  { format: 'yyyyDDD', first: '0001-01-01', last: '9999-12-31' },
  { format: 'CyyMMdd', first: '1900-01-01', last: '2899-12-31' },
  { format: 'CyyDDD', first: '1900-01-01', last: '2899-12-31' },
  { format: 'yyMMdd', pivotYear: 1950, first: '1950-01-01', last: '2049-12-31' },
  { format: 'ddMMyy', pivotYear: 1999, first: '1999-01-01', last: '2098-12-31' },
  { format: 'yyDDD', pivotYear: 1900, first: '1900-01-01', last: '1999-12-31' },
];
for (const { first, last, ...said } of DATES) {
  const { format } = said;
  const values = days(first, last).filter((day) => day >= new Date(first) && day <= new Date(last));
  const digits = (day: Date) => dateDigits(day, format);
  const number = (day: Date) => BigInt(digits(day));
  const text = (day: Date) => day.toISOString().slice(0, 10);
  const entry = { type: 'date', ...said };
  const nibbles = Math.floor(format.length / 2) + 1;
  form(format.length, entry, values, (day) => ebcdicText(digits(day), format.length), text);
  orFilled(0x40, null);
  form(nibbles, { ...entry, usage: 'packed' }, values, (day) => packed(number(day), nibbles, 'signed'), text);
  orFilled(0x40, null);
  form(
    5,
    { ...entry, usage: 'packed', signNibble: false, nullWhen: ['low-values'] },
    values,
    (day) => packed(number(day), 5),
    text,
  );
  orFilled(0x00, null);
  form(4, { ...entry, usage: 'binary', signed: false }, values, (day) => binary(number(day), 4, 'big'), text);
  form(
    8,
    { ...entry, usage: 'binary', signed: true, byteOrder: 'little' },
    values,
    (day) => binary(number(day), 8, 'little'),
    text,
  );
}
const moments = fc
  .integer({ min: Date.parse('1000-01-01'), max: Date.parse('9999-12-31') })
  .map((millis) => new Date(millis));
const momentText = (moment: Date) =>
  moment
    .toISOString()
    .replace('T', ' ')
    .replace(/\.?0*Z$/, '');
const toSecond = moments.map((moment) => new Date(Math.floor(moment.getTime() / 1000) * 1000));
form(
  8,
  { type: 'timestamp', usage: 'packed', format: 'yyyyMMddHHmmss' },
  toSecond,
  (moment) => packed(BigInt(dateDigits(moment, 'yyyyMMddHHmmss')), 8, 'signed'),
  momentText,
);
form(
  8,
  { type: 'timestamp', usage: 'binary', signed: false, format: 'yyyyMMddHHmmssSSS' },
  moments,
  (moment) => binary(BigInt(dateDigits(moment, 'yyyyMMddHHmmssSSS')), 8, 'big'),
  momentText,
);

// Zeros after the digits that are stored.
for (const [lengthBytes, entry, digits, encode] of [
  [5, {}, 5, (value: bigint) => zonedEbcdic(value, 5, 'none')],
  [3, { usage: 'packed' }, 5, (value: bigint) => packed(value, 3, 'signed')],
  [2, { usage: 'binary', signed: true, digits: 4 }, 4, (value: bigint) => binary(value, 2, 'big')],
] as const) {
  const zeros = { trailingZeros: 3, ...entry };
  const values = below(digits, lengthBytes !== 5);
  form(lengthBytes, { type: 'integer', ...zeros }, values, encode, (value) => String(value * 1000n));
  form(
    lengthBytes,
    { type: 'decimal(38,0)', ...zeros, ...(lengthBytes === 5 && { point: 'implied' }) },
    values,
    encode,
    (value) => String(value * 1000n),
  );
}

// Booleans and raw bytes.
form(1, { type: 'boolean' }, fc.boolean(), (value) => ebcdicText(value ? 'S' : 'N', 1), String);
