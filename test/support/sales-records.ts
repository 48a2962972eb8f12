import fc from 'fast-check';
import { decimalText } from '../../shared/decimal.ts';

/** A record of one dataset, which the tests write in every physical form. */
interface Sale {
  id: string;
  customer: string;
  cents: number;
  units: number;
  day: string;
  shop: string;
}

export const sale: fc.Arbitrary<Sale> = fc.record({
  id: fc.stringMatching(/^[A-Z0-9]{1,8}$/),
  customer: fc.constantFrom('ANA', 'JOSE DA SILVA', 'X', 'MARIA'),
  cents: fc.integer({ min: -99_999_999, max: 99_999_999 }),
  units: fc.integer({ min: -32_768, max: 32_767 }),
  day: fc.constantFrom('20250812', '20240229', '19991231'),
  shop: fc.constantFrom('SAO PAULO', 'RIO', 'BAHIA'),
});

/** How a sale is written: type 1, shop 10, id 8, cents, units, day 8, customer up to 20, whose blanks may be cut off. */
export interface Coding {
  encoding: string;
  text(value: string): number[];
  cents(value: number): number[];
  units(value: number): number[];
  fields: object[];
  lengthBytes: number;
}

export const latin = (text: string) => [...Buffer.from(text, 'latin1')];
/** Capital letters, digits and blanks, which are the same bytes in all EBCDIC pages. */
const ebcdic = (text: string) =>
  [...text].map((character) => {
    const nth = character.charCodeAt(0) - 65;
    if (character === ' ') return 0x40;
    if (nth < 0) return 0xf0 + Number(character);
    return nth < 9 ? 0xc1 + nth : nth < 18 ? 0xd1 + nth - 9 : 0xe2 + nth - 18;
  });

function fieldsWith(amount: object, units: object, amountBytes: number, unitsBytes: number): object[] {
  let at = 2;
  const place = (bytes: number) => {
    const [start, end] = [at, at + bytes - 1];
    at += bytes;
    return { start, end };
  };
  return [
    { name: 'shop', ...place(10), type: 'string' },
    { name: 'id', ...place(8), type: 'string', required: true },
    { name: 'amount', ...place(amountBytes), type: 'decimal(10,2)', ...amount },
    { name: 'units', ...place(unitsBytes), type: 'integer', ...units },
    { name: 'sold', ...place(8), type: 'date', format: 'yyyyMMdd' },
    { name: 'customer', ...place(20), type: 'string' },
  ];
}

const signed = (value: number, digits: number) =>
  `${value < 0 ? '-' : '+'}${String(Math.abs(value)).padStart(digits, '0')}`;

export const ASCII: Coding = {
  encoding: 'us-ascii',
  text: latin,
  cents: (value) => latin(signed(value, 10)),
  units: (value) => latin(signed(value, 5)),
  fields: fieldsWith({ point: 'implied', sign: 'leading-separate' }, { sign: 'leading-separate' }, 11, 6),
  lengthBytes: 1 + 10 + 8 + 11 + 6 + 8 + 20,
};

/** Zone F over each digit, C or D over the last. */
const zoned = (value: number, digits: number) => {
  const bytes = [...String(Math.abs(value)).padStart(digits, '0')].map((digit) => 0xf0 | Number(digit));
  bytes[digits - 1] = (bytes[digits - 1]! & 0x0f) | (value < 0 ? 0xd0 : 0xc0);
  return bytes;
};
export const ZONED: Coding = {
  encoding: 'cp037',
  text: ebcdic,
  cents: (value) => zoned(value, 10),
  units: (value) => zoned(value, 5),
  fields: fieldsWith({ point: 'implied', sign: 'trailing' }, { sign: 'trailing' }, 10, 5),
  lengthBytes: 1 + 10 + 8 + 10 + 5 + 8 + 20,
};

const packed = (value: number, bytes: number) => {
  const digits = `${String(Math.abs(value)).padStart(bytes * 2 - 1, '0')}${value < 0 ? 'd' : 'c'}`;
  return [...Buffer.from(digits, 'hex')];
};
export const PACKED: Coding = {
  encoding: 'cp037',
  text: ebcdic,
  cents: (value) => packed(value, 6),
  units: (value) => [(value >> 8) & 0xff, value & 0xff],
  fields: fieldsWith({ usage: 'packed' }, { usage: 'binary', signed: true }, 6, 2),
  lengthBytes: 1 + 10 + 8 + 6 + 2 + 8 + 20,
};

export function recordBytes(coding: Coding, { id, customer, cents, units, day, shop }: Sale): number[] {
  return [
    ...coding.text('D'),
    ...coding.text(shop.padEnd(10)),
    ...coding.text(id.padEnd(8)),
    ...coding.cents(cents),
    ...coding.units(units),
    ...coding.text(day),
    ...coding.text(customer.padEnd(20)),
  ];
}

/** Header and trailer carry the business date and the count of all records. */
export function withControl(coding: Coding, records: number[][]): number[][] {
  const pad = (bytes: number[]) => [...bytes, ...coding.text(' '.repeat(coding.lengthBytes - bytes.length))];
  return [
    pad(coding.text('H20250812')),
    ...records,
    pad(coding.text(`T${String(records.length + 2).padStart(8, '0')}`)),
  ];
}

/** A record of varying length, without the blanks at its end. */
export function trimmed(coding: Coding, record: number[]): number[] {
  const [space] = coding.text(' ');
  let end = record.length;
  while (end > coding.lengthBytes - 19 && record[end - 1] === space) end--;
  return record.slice(0, end);
}

/** The layout of sales; `shiftBytes` precede the fields, such as a length. */
export function salesLayout(
  { coding, record, shiftBytes = 0 }: { coding: Coding; record: object; shiftBytes?: number },
  control: boolean,
): string {
  const shifted = <T extends { start: number; end: number }>(field: T): T => {
    const { start, end } = field;
    return { ...field, start: start + shiftBytes, end: end + shiftBytes };
  };
  const match = (equals: string) => shifted({ start: 1, end: 1, equals });
  return JSON.stringify({
    name: 'sales',
    encoding: coding.encoding,
    record: { length: coding.lengthBytes + shiftBytes, ...record },
    detail: { match: match('D') },
    ...(control && {
      header: {
        match: match('H'),
        fields: [shifted({ name: 'day', start: 2, end: 9, type: 'date', format: 'yyyyMMdd' })],
      },
      trailer: { match: match('T'), fields: [shifted({ name: 'all', start: 2, end: 9, type: 'integer' })] },
      controlTotals: [{ trailer: 'all', equals: 'count(all)' }],
      businessDate: { header: 'day', onMismatch: 'refuse' },
    }),
    fields: (coding.fields as { start: number; end: number }[]).map(shifted),
    partitionBy: ['shop'],
  });
}

export const SELECT = 'id, amount::VARCHAR AS amount, units, sold::VARCHAR AS sold, customer';

export function expectedRow({ id, customer, cents, units, day, shop }: Sale): string {
  const amount = decimalText({ unscaled: BigInt(cents), scale: 2 });
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  return JSON.stringify({ id, amount, units: String(units), sold: date, customer, shop });
}
