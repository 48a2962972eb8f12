import {
  bool,
  columnFromArray,
  type DataType,
  dateDay,
  decimal,
  float64,
  int64,
  tableFromColumns,
  tableToIPC,
  utf8,
} from '@uwdata/flechette';
import { UsageError } from '../errors.ts';

/** Rows as a stream of Apache Arrow. Decimals and dates have their types; timestamps, lists and what has none are texts. */
export function arrowBody(
  columns: readonly { name: string; type: string }[],
  rows: readonly (readonly unknown[])[],
): Uint8Array {
  const made = columns.map(({ name, type }, index): [string, ReturnType<typeof columnFromArray>] => {
    const { arrow, read } = arrowType(type);
    const values = rows.map((row) =>
      row[index] === null || row[index] === undefined ? null : read(row[index]),
    );
    return [name, columnFromArray(values, arrow)];
  });
  const bytes = tableToIPC(tableFromColumns(made), { format: 'stream' });
  if (bytes === null || bytes === undefined) throw new Error('a table has bytes');
  return bytes;
}

interface ArrowColumn {
  arrow: DataType;
  read(value: unknown): unknown;
}

/** Types of DuckDB and of Athena by one name: `DECIMAL(15,2)`, `bigint`. */
function arrowType(type: string): ArrowColumn {
  const [, kind = '', precision, scale] = /^(\w+)(?:\((\d+),\s*(\d+)\))?$/.exec(type.toLowerCase()) ?? [];
  switch (kind) {
    case 'bigint':
    case 'integer':
    case 'smallint':
    case 'tinyint':
      return { arrow: int64(), read: (value) => BigInt(value as number | string) };
    case 'decimal':
      if (precision === undefined) break;
      return {
        arrow: decimal(Number(precision), Number(scale), 128),
        read: (value) => unscaled(String(value), Number(scale)),
      };
    case 'hugeint':
      return {
        arrow: decimal(38, 0, 128),
        read: (value) => within38Digits(BigInt(value as number | string)),
      };
    case 'double':
    case 'float':
    case 'real':
      return { arrow: float64(), read: Number };
    case 'boolean':
      return { arrow: bool(), read: (value) => value };
    case 'date':
      return { arrow: dateDay(), read: (value) => daysOf(String(value)) * DAY_MS };
  }
  return {
    arrow: utf8(),
    read: (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)),
  };
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Days since 1970 of a date of any year: `12025-01-01`, `0044-03-15 (BC)` (https://howardhinnant.github.io/date_algorithms.html, days_from_civil). */
function daysOf(text: string): number {
  const [, years = '', month = '', day = '', beforeChrist] = DATE.exec(text) ?? [];
  if (day === '') throw unfit(`the date ${text}`);
  const marchYear = (beforeChrist ? 1 - Number(years) : Number(years)) - (Number(month) <= 2 ? 1 : 0);
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((Number(month) + 9) % 12) + 2) / 5) + Number(day) - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

const DATE = /^(\d{4,})-(\d\d)-(\d\d)( \(BC\))?$/;

function within38Digits(value: bigint): bigint {
  if (value > -(10n ** 38n) && value < 10n ** 38n) return value;
  throw unfit('an integer of more than 38 digits');
}

function unfit(what: string): UsageError {
  return new UsageError({
    what: `Arrow has no type for ${what}`,
    next: 'Ask for JSON or CSV, or cast the column to varchar.',
  });
}

/** `-12.5` with scale 2 → -1250n */
function unscaled(text: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(scale, '0').slice(0, scale)}`);
}
