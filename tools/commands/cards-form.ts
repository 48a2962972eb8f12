import { compactDate, type Form, offsetsOf, type RawRecord, rowText } from './form.ts';

const RECORD_BYTES = 32;
const SALES = 'card_sales';
const FEES = 'card_fees';

/** EBCDIC of page 037 for what these files hold. */
const EBCDIC = new Map([
  ...letters('ABCDEFGHI', 0xc1),
  ...letters('JKLMNOPQR', 0xd1),
  ...letters('STUVWXYZ', 0xe2),
  ...letters('abcdefghi', 0x81),
  ...letters('jklmnopqr', 0x91),
  ...letters('stuvwxyz', 0xa2),
  ...letters('0123456789', 0xf0),
  ...letters(' ', 0x40),
]);

/** Fixed records in EBCDIC with packed amounts: two record types, each a table of its own. */
export const CARDS: Form = {
  dataset: 'cards',
  tables: [SALES, FEES],
  layouts: [layoutText(false), layoutText(true)],
  columns: { id: 'id', amount: 'amount', product: 'product', note: 'note' },
  records: { least: 1, most: 14, rejectedPercent: 60 },
  fileName: (businessDate, name) => `cards_${compactDate(businessDate)}_${name}.dat`,
  encode: (records, { businessDate, isSupplement, isSound }) => {
    const sales = records.filter(({ table }) => table === SALES);
    const total = sales.reduce((sum, { cents }) => sum + cents, isSound ? 0n : 1n);
    const count = String(records.length + 2).padStart(8, '0');
    const framed = [
      fixed(ebcdic(`H${compactDate(businessDate)}`)),
      ...records.map(recordOf),
      fixed(ebcdic(`T${count}`), packed(total, 8)),
    ];
    return {
      bytes: Buffer.concat(isSupplement ? framed.slice(1, -1) : framed),
      offsets: offsetsOf(
        records.map(() => RECORD_BYTES),
        isSupplement ? 0 : RECORD_BYTES,
      ),
    };
  },
  shown: ({ table, id, cents, product, note }, layout) =>
    table === FEES ? rowText(id, cents, '', '') : rowText(id, cents, product, layout === 0 ? '' : note),
};

function recordOf({ table, id, cents, product, note }: RawRecord): Buffer {
  const type = table === SALES ? 'S' : 'F';
  const rest = table === SALES ? ebcdic(product.padEnd(3) + note) : Buffer.alloc(0);
  return fixed(ebcdic(type + id.padEnd(8)), packed(cents, 6), rest);
}

/** 12345 in 4 bytes → 00 12 34 5C */
function packed(number: bigint, bytes: number): Buffer {
  return Buffer.from(`${String(number).padStart(2 * bytes - 1, '0')}C`, 'hex');
}

function ebcdic(text: string): Buffer {
  return Buffer.from([...text].map((letter) => EBCDIC.get(letter) ?? 0x6f));
}

function fixed(...parts: Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.alloc(RECORD_BYTES, 0x40)]).subarray(0, RECORD_BYTES);
}

function letters(texts: string, first: number): [string, number][] {
  return [...texts].map((letter, index) => [letter, first + index]);
}

function layoutText(hasNote: boolean): string {
  const id = { name: 'id', start: 2, end: 9, type: 'string', required: true };
  const amount = { name: 'amount', start: 10, end: 15, type: 'decimal(11,2)', usage: 'packed' };
  const product = { name: 'product', start: 16, end: 18, type: 'string' };
  const note = { name: 'note', start: 19, end: 22, type: 'string' };
  return JSON.stringify({
    name: 'cards',
    encoding: 'cp037',
    record: { format: 'fixed', length: RECORD_BYTES },
    header: {
      match: { start: 1, end: 1, equals: 'H' },
      fields: [{ name: 'day', start: 2, end: 9, type: 'date', format: 'yyyyMMdd' }],
    },
    trailer: {
      match: { start: 1, end: 1, equals: 'T' },
      fields: [
        { name: 'records', start: 2, end: 9, type: 'integer' },
        { name: 'total', start: 10, end: 17, type: 'decimal(15,2)', usage: 'packed' },
      ],
    },
    recordTypes: [
      {
        name: SALES,
        match: { start: 1, end: 1, equals: 'S' },
        partitionBy: ['product'],
        fields: [id, amount, product, ...(hasNote ? [note] : [])],
      },
      { name: FEES, match: { start: 1, end: 1, equals: 'F' }, fields: [id, amount] },
    ],
    controlTotals: [
      { trailer: 'records', equals: 'count(all)' },
      { trailer: 'total', equals: `sum(${SALES}.amount)` },
    ],
    businessDate: { header: 'day' },
    rejects: { maxPercent: 60 },
  });
}
