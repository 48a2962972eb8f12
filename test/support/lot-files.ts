import fc from 'fast-check';

/**
 * Files of lots, 20 bytes a record:
 *
 *     H                     header of the file
 *     1 LOT0000 0000000002  header of a lot, which states how many credits it has
 *     3 A C     0000000150  a record: product, kind (C or D), amount
 *     5 000004  0000000150  trailer of a lot: its records, and the sum of its credits
 *     9                     trailer of the file
 */
export interface Lot {
  records: { kind: 'C' | 'D'; amount: number }[];
}

export const LOT_RECORD_BYTES = 20;

export const lotFile = fc.array(
  fc.record({
    records: fc.array(
      fc.record({ kind: fc.constantFrom('C' as const, 'D' as const), amount: fc.nat(999_999_999) }),
      { maxLength: 7 },
    ),
  }),
  { maxLength: 8 },
);

const digits = (value: number, width: number) => String(value).padStart(width, '0');

/** The records of the file, one lot after the other, with totals worked out here. */
export function lotRecords(lots: Lot[]): string[] {
  const records = lots.flatMap(({ records: own }) => {
    const credits = own.filter(({ kind }) => kind === 'C');
    const sum = credits.reduce((total, { amount }) => total + amount, 0);
    return [
      `1 LOT00000${digits(credits.length, 10)}`,
      ...own.map(({ kind, amount }) => `3 A ${kind}\0  ${digits(amount, 10)}`.padEnd(LOT_RECORD_BYTES)),
      `5 ${digits(own.length + 2, 6)}  ${digits(sum, 10)}`,
    ];
  });
  return ['H', ...records, '9'].map((record) => record.padEnd(LOT_RECORD_BYTES));
}

export const LOT_LAYOUT = {
  name: 'lots',
  encoding: 'us-ascii',
  record: { format: 'lines', length: LOT_RECORD_BYTES },
  header: { match: { start: 1, end: 1, equals: 'H' } },
  trailer: { match: { start: 1, end: 1, equals: '9' } },
  recordTypes: [
    {
      name: 'lot',
      match: { start: 1, end: 1, equals: '1' },
      fields: [{ name: 'credits', start: 11, end: 20, type: 'integer' }],
    },
    {
      name: 'movement',
      match: { start: 1, end: 1, equals: '3' },
      fields: [
        { name: 'kind', start: 5, end: 6, type: 'string' },
        { name: 'amount', start: 9, end: 18, type: 'integer' },
      ],
    },
    {
      name: 'lot_trailer',
      match: { start: 1, end: 1, equals: '5' },
      fields: [
        { name: 'records', start: 3, end: 8, type: 'integer' },
        { name: 'amount', start: 11, end: 20, type: 'integer' },
      ],
    },
  ],
  groups: {
    header: 'lot',
    trailer: 'lot_trailer',
    totals: [
      { trailer: 'records', equals: 'count(all)' },
      { trailer: 'amount', equals: 'sum(movement.amount)', where: { field: 'kind', equals: 'C' } },
      { header: 'credits', equals: 'count(movement)', where: { field: 'kind', equals: ['C', 'X'] } },
    ],
  },
};

const word = (length: number) => Buffer.from([length >> 8, length & 0xff, 0, 0]);

/** The records in a form of file. */
export function lotBytes(records: string[], format: string): Uint8Array {
  const bytes = records.map((record) => Buffer.from(record, 'latin1'));
  if (format === 'lines')
    return Buffer.concat(bytes.map((record) => Buffer.concat([record, Buffer.from('\r\n')])));
  if (format === 'fixed') return Buffer.concat(bytes);
  const described = bytes.map((record) => Buffer.concat([word(record.length + 4), record]));
  if (format === 'rdw') return Buffer.concat(described);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < described.length; at += 3) {
    const block = Buffer.concat(described.slice(at, at + 3));
    blocks.push(word(block.length + 4), block);
  }
  return Buffer.concat(blocks);
}
