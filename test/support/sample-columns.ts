import { decimalText } from '../../shared/decimal.ts';
import type { FeedValue } from '../../shared/parquet/column-feed.ts';
import type { ColumnSchema } from '../../shared/parquet/schema.ts';

/**
 * Columns of every type, filled without the decoder. A value is a text as `SAMPLE_SQL` makes it from what DuckDB reads
 * back; a double is a number; null is null.
 */
export type SampleValue = string | number | null;

const wide = { kind: 'decimal', precision: 38, scale: 4 } as const;

export const SAMPLE_SCHEMA: ColumnSchema[] = [
  { name: 'code', type: { kind: 'string' } },
  { name: 'full_name', type: { kind: 'string' }, hasFilter: true },
  { name: 'amount', type: { kind: 'decimal', precision: 15, scale: 2 } },
  { name: 'wide', type: wide },
  { name: 'wide_code', type: wide },
  { name: 'opened', type: { kind: 'date' } },
  { name: 'changed_at', type: { kind: 'timestamp' } },
  { name: 'active', type: { kind: 'boolean' } },
  { name: 'ratio', type: { kind: 'double' } },
  { name: 'branch', type: { kind: 'integer' } },
  { name: 'id', type: { kind: 'integer' }, hasFilter: true },
  { name: 'raw', type: { kind: 'binary' } },
  { name: 'nothing', type: { kind: 'string' } },
];

/** The types DuckDB must declare, in order. */
export const SAMPLE_DUCKDB_TYPES = [
  'VARCHAR',
  'VARCHAR',
  'DECIMAL(15,2)',
  'DECIMAL(38,4)',
  'DECIMAL(38,4)',
  'DATE',
  'TIMESTAMP',
  'BOOLEAN',
  'DOUBLE',
  'BIGINT',
  'BIGINT',
  'BLOB',
  'VARCHAR',
];

/** The expressions that DuckDB selects to get sample values. */
export const SAMPLE_SQL = SAMPLE_SCHEMA.map(({ name, type }) => {
  switch (type.kind) {
    case 'date':
      return `(${name} - DATE '1970-01-01')::VARCHAR`;
    case 'timestamp':
      return `epoch_us(${name})::VARCHAR`;
    case 'binary':
      return `lower(hex(${name}))`;
    case 'string':
    case 'double':
      return name;
    default:
      return `${name}::VARCHAR`;
  }
}).join(', ');

/** A layout that has these columns; the positions mean nothing. */
export function sampleLayoutText(parquet?: object): string {
  const fields = SAMPLE_SCHEMA.map(({ name, type, hasFilter }, index) => ({
    name,
    start: index * 20 + 1,
    end: index * 20 + (type.kind === 'date' ? 8 : type.kind === 'timestamp' ? 14 : 20),
    type: type.kind === 'decimal' ? `decimal(${type.precision},${type.scale})` : type.kind,
    ...(type.kind === 'decimal' ? { point: 'implied' } : {}),
    ...(type.kind === 'date' ? { format: 'yyyyMMdd' } : {}),
    ...(hasFilter ? { lookup: true } : {}),
    ...(type.kind === 'timestamp' ? { format: 'yyyyMMddHHmmss' } : {}),
  }));
  return JSON.stringify({
    name: 'sample',
    encoding: 'utf-8',
    record: { format: 'lines', length: 260 },
    parquet,
    fields,
  });
}

/** mulberry32: the same numbers for the same seed, everywhere. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mix = Math.imul(state ^ (state >>> 15), 1 | state);
    mix = (mix + Math.imul(mix ^ (mix >>> 7), 61 | mix)) ^ mix;
    return ((mix ^ (mix >>> 14)) >>> 0) / 4294967296;
  };
}

const CODES = ['CREDITO PESSOAL', 'CAPITAL/GIRO', 'çã', '日本', 'A'];

/** Rows of sample values, one array per column. Rows 20,000 to 40,000 of `ratio` and `branch` are null: whole pages. */
export function sampleValues(rowCount: number, seed: number): SampleValue[][] {
  const random = randomOf(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const digits = (count: number) => Array.from({ length: count }, () => below(10)).join('');
  const decimal = (integerDigits: number, scale: number) => {
    const unscaled = BigInt(digits(1 + below(integerDigits + scale)));
    const isNegative = unscaled > 0n && random() < 0.5;
    return decimalText({ unscaled: isNegative ? -unscaled : unscaled, scale });
  };
  const values: ((row: number) => SampleValue)[] = [
    () => CODES[below(CODES.length)]!,
    (row) => `Cliente ${digits(6)} número ${row}`,
    () => decimal(13, 2),
    () => decimal(34, 4),
    () => ['0.0000', `-${'9'.repeat(34)}.9999`, `${'9'.repeat(34)}.9999`, '1.0000'][below(4)]!,
    () => String(below(3_652_059) - 719_162),
    () => String(BigInt(below(3_652_059) - 719_162) * 86_400_000_000n + BigInt(below(86_399_999_999))),
    () => (random() < 0.5 ? 'true' : 'false'),
    () => (random() - 0.5) * 10 ** (below(40) - 20),
    // On both sides of 2³¹, where the low word of 64 bits looks negative.
    () => String(3_000_000_000 - below(300) * 7_000_000),
    (row) => String((BigInt(row + seed * 1_000_003) * 922_337_203_685n) % 10n ** 18n),
    () => Buffer.from(Array.from({ length: 1 + below(20) }, () => below(256))).toString('hex'),
    () => null,
  ];
  return values.map((value, column) =>
    Array.from({ length: rowCount }, (_, row) => {
      const drawn = value(row);
      const nullPage = (column === 8 || column === 9) && row >= 20_000 && row < 40_000;
      return nullPage || (column !== 10 && random() < 0.1) ? null : drawn;
    }),
  );
}

/** Rows `first` to `last` of sample values as the kernel is fed with them. */
export function sampleColumns(values: SampleValue[][], first: number, last: number): FeedValue[][] {
  return SAMPLE_SCHEMA.map(({ type }, index) =>
    values[index]!.slice(first, last).map((value) =>
      value === null ? null : feedValue(String(value), type.kind),
    ),
  );
}

function feedValue(text: string, kind: ColumnSchema['type']['kind']): FeedValue {
  switch (kind) {
    case 'string':
      return Buffer.from(text);
    case 'binary':
      return Buffer.from(text, 'hex');
    case 'date':
    case 'double':
      return Number(text);
    case 'boolean':
      return text === 'true';
    default:
      return BigInt(text.replace('.', ''));
  }
}
