import {
  DuckDBArrayValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBUnionValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { SqlValue } from './sql-value.ts';

/** A value as DuckDB hands it out. Beside `sql-value.ts`, so that what prints a table does not load DuckDB. */
export function toSqlValue(value: DuckDBValue): SqlValue {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return value.items.map((element) => toSqlValue(element));
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, field]) => [name, toSqlValue(field)]),
    );
  if (value instanceof DuckDBMapValue)
    return value.entries.map((entry) => ({ key: toSqlValue(entry.key), value: toSqlValue(entry.value) }));
  if (value instanceof DuckDBUnionValue) return toSqlValue(value.value);
  // Decimals, dates, timestamps, blobs, intervals, UUIDs: their text is exact and as DuckDB itself casts it.
  return value.toString();
}
