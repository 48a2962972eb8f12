/**
 * The columns of a layout: `later` has one more, another name for one, and a decimal with more digits; `parted` is `later` with other partition
 * columns, of which one is new, two stay, and three become columns of the files.
 */
export type LayoutForm = 'first' | 'later' | 'parted';

/** A file of a lake that engines read. */
export interface EngineFile {
  name: string;
  form: LayoutForm;
  records: number;
}

export const ENGINE_TABLES = ['engines', 'engines_rejects', 'engines_days'];

const LENGTH = 246;

/** Every type of column, lists of both kinds, and a partition column of each type that may be one. */
export function engineLayout(form: LayoutForm): object {
  return {
    name: 'engines',
    encoding: 'utf-8',
    positions: 'characters',
    record: { format: 'lines', length: LENGTH, short: 'pad' },
    // Files of before are in Snappy alone, later ones in both codecs.
    compression: form === 'first' ? 'snappy' : 'auto',
    partitionBy:
      form === 'parted'
        ? ['since', 'count', 'grade', 'product']
        : ['product', 'branch', 'rate', 'since', 'is_open'],
    rejects: { maxPercent: 50 },
    fields: [
      { name: 'id', start: 1, end: 8, type: 'string', required: true },
      {
        name: 'amount',
        start: 9,
        end: 17,
        type: form === 'first' ? 'decimal(9,2)' : 'decimal(12,2)',
        point: 'implied',
      },
      { name: 'huge', start: 18, end: 55, type: 'decimal(38,10)', point: 'implied' },
      { name: 'count', start: 56, end: 64, type: 'integer' },
      {
        ...(form === 'first' ? { name: 'due' } : { name: 'due_on', formerly: ['due'] }),
        ...{ start: 65, end: 72, type: 'date', format: 'yyyyMMdd' },
      },
      { name: 'tags', start: 73, end: 75, type: 'string', occurs: { count: 2 } },
      items(80, 95),
      { name: 'product', start: 141, end: 240, type: 'string' },
      { name: 'branch', start: 118, end: 120, type: 'integer' },
      { name: 'rate', start: 121, end: 124, type: 'decimal(4,2)', point: 'implied' },
      { name: 'since', start: 125, end: 132, type: 'date', format: 'yyyyMMdd' },
      { name: 'is_open', start: 133, end: 133, type: 'boolean', trueValues: ['S'], falseValues: ['N'] },
      ...(form !== 'first' ? [{ name: 'note', start: 134, end: 139, type: 'string' }] : []),
      // It gets more digits, and then becomes a partition column.
      {
        name: 'grade',
        start: 241,
        end: 245,
        type: form === 'first' ? 'decimal(5,1)' : 'decimal(14,1)',
        point: 'implied',
      },
    ],
  };
}

/** A list of groups, whose first one is here. */
function items(start: number, end: number): object {
  return {
    name: 'items',
    start,
    end,
    occurs: { count: 2 },
    fields: [
      { name: 'code', start: start, end: start + 3, type: 'string' },
      {
        name: 'value',
        start: start + 4,
        end: start + 11,
        type: 'decimal(8,2)',
        point: 'implied',
      },
      {
        name: 'open',
        start: start + 12,
        end: start + 15,
        type: 'boolean',
        trueValues: ['S'],
        falseValues: ['N'],
      },
    ],
  };
}

/** What a path, a URI, a glob, SQL or Hive may take for something else; and null. */
const PRODUCTS = [
  ...['CONTA', 'CÂM/BI', 'A=B%C', '', '😀 e\u0301', `it's "q"`],
  ...['..', 'x'.repeat(100), '%2F%', 'a+b&c#d?e', '{*}[0]', 'nul\\l:'],
];

/** Records of which some are rejected, some have nulls everywhere, and numbers are as large as their columns allow. */
export function engineFile(form: LayoutForm, name: string, records: number): Buffer {
  const seed = [...name].reduce((sum, character) => sum + character.charCodeAt(0), records);
  const lines = Array.from({ length: records }, (_, row) => line(form, row, seed + row * 7919));
  return Buffer.from(lines.join(''));
}

function line(form: LayoutForm, row: number, random: number): string {
  const isBlank = row % 11 === 3;
  const digits = (count: number) =>
    ('9'.repeat(row % 5) + String(random * 104_729)).padStart(count, '0').slice(-count);
  const text = (value: string, length: number) => (isBlank ? '' : value).padEnd(length).slice(0, length);
  const partition = random % 4;
  const product = PRODUCTS[random % PRODUCTS.length]!;
  const item = (index: number) =>
    `${text(`C${index}${row % 7}`, 4)}${text(digits(8), 8)}${text(row % 2 ? 'S' : 'N', 4)}`;
  return `${[
    (row % 23 === 5 ? '' : `R${row}`).padEnd(8),
    text(digits(9), 9),
    text(row % 2 ? '9'.repeat(38) : digits(38), 38),
    // As a partition column it makes a file of each value.
    text(form === 'parted' ? `00000000${row % 3}` : digits(9), 9),
    text(`202${row % 10}0${(row % 9) + 1}1${row % 9}`, 8),
    text(['é', 'ab', ''][row % 3]!, 3),
    ''.padEnd(4),
    item(0),
    item(1),
    ''.padEnd(6),
    ['001', '   ', '999'][random % 3]!,
    ['0150', '    '][random % 2]!,
    ['20200229', '        '][partition % 2]!,
    ['S', 'N', ' '][random % 3]!,
    (form !== 'first' ? `n${row % 4}` : '').padEnd(7),
    product + ' '.repeat(100 - [...product].length),
    text(row % 2 ? '00015' : '12345', 5),
  ].join('')}\n`;
}
