import { COUNTED_LINES } from '../counted-lines.ts';
import { compactDate, type Form, offsetsOf, type RawRecord, rowText } from './form.ts';

const PLAIN = 0;
const WITHOUT_NOTE = 1;
const WITHOUT_PARTITIONS = 2;
const WIDER = 3;

/** Text lines of payments with header, trailer and control totals, by product; four versions of one layout. */
export const OPS: Form = {
  dataset: 'ops',
  tables: ['ops'],
  layouts: [PLAIN, WITHOUT_NOTE, WITHOUT_PARTITIONS, WIDER].map(layoutText),
  columns: { id: 'id', amount: 'amount', product: 'product', note: 'note' },
  records: { least: 1, most: 14, rejectedPercent: 60 },
  fileName: (businessDate, name) => `ops_${compactDate(businessDate)}_${name}.txt`,
  encode: (records, { businessDate, isSupplement, isSound }) => {
    const details = records.map(lineOf);
    const total = records.reduce((sum, { cents }) => sum + cents, isSound ? 0n : 1n);
    const header = `00${compactDate(businessDate)}\n`;
    const trailer = `99${digits(records.length + 2, 8)}${digits(total, 15)}\n`;
    const text = isSupplement ? details.join('') : [header, ...details, trailer].join('');
    const lengths = details.map(({ length }) => length);
    return {
      bytes: Buffer.from(text, 'ascii'),
      offsets: offsetsOf(lengths, isSupplement ? 0 : header.length),
    };
  },
  shown: ({ id, cents, product, note }, layout) =>
    rowText(id, cents, product, layout === WITHOUT_NOTE ? '' : note),
};

function lineOf({ id, cents, product, note }: RawRecord): string {
  return `01${id.padEnd(8)}${digits(cents, 9)}${product.padEnd(3)}${note}\n`;
}

function digits(number: bigint | number, count: number): string {
  return String(number).padStart(count, '0');
}

function layoutText(version: number): string {
  const type = version === WIDER ? 'decimal(12,2)' : 'decimal(9,2)';
  return JSON.stringify({
    name: 'ops',
    encoding: 'us-ascii',
    record: { format: 'lines', length: 26, short: 'pad' },
    ...(version === WITHOUT_PARTITIONS ? {} : { partitionBy: ['product'] }),
    fields: [
      { name: 'id', start: 3, end: 10, type: 'string', required: true },
      { name: 'amount', start: 11, end: 19, type, point: 'implied' },
      { name: 'product', start: 20, end: 22, type: 'string' },
      ...(version === WITHOUT_NOTE ? [] : [{ name: 'note', start: 23, end: 26, type: 'string' }]),
    ],
    ...COUNTED_LINES,
    rejects: { maxPercent: 60 },
  });
}
