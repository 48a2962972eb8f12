import type { DuckDBConnection } from '@duckdb/node-api';
import type { Field } from '../../shared/layout/field.ts';
import { firstDataset, type Layout } from '../../shared/layout/layout.ts';

/** The digest of an output: column types, and by partition the number of rows and sums of hashes, of columns and of whole rows. */
export interface Digest {
  types: string;
  rows: string;
}

/** `glob` names Parquet files. Partition values, if there are any, are in their paths as `name=value`. */
export async function digestOf(connection: DuckDBConnection, glob: string, layout: Layout): Promise<Digest> {
  const source = `read_parquet('${glob}', hive_partitioning = ${firstDataset(layout).partitionBy.length > 0}, hive_types_autocast = false)`;
  const columns = firstDataset(layout).columns.map(({ name }) => name);
  const described = await connection.runAndReadAll(`DESCRIBE SELECT ${columns.join(', ')} FROM ${source}`);
  const types = described.getRowObjects().map((row) => `${row.column_name} ${row.column_type}`);
  // DuckDB silently casts all files of one read to the types of the first.
  const mixed = await connection.runAndReadAll(
    `SELECT name FROM parquet_schema('${glob}') WHERE type IS NOT NULL
     GROUP BY name HAVING count(DISTINCT (type, converted_type, logical_type)) > 1 ORDER BY name`,
  );
  for (const [name] of mixed.getRows()) types.push(`${name} has several types`);
  const sums = firstDataset(layout).columns.map(({ name }) => `sum(hash(${name})::HUGEINT)::VARCHAR`);
  // Whole rows too: if two values change places, the sums of their columns stay the same.
  sums.push(`sum(hash(${columns.join(', ')})::HUGEINT)::VARCHAR`);
  const partitions = firstDataset(layout).partitionBy.map(({ name }) => name);
  const group = partitions.length > 0 ? `GROUP BY ${partitions.join(', ')} ORDER BY ALL` : '';
  const rows = await connection.runAndReadAll(
    `SELECT ${[...partitions, 'count(*)', ...sums].join(', ')} FROM ${source} ${group}`,
  );
  return { types: types.join('; '), rows: JSON.stringify(rows.getRowsJson()) };
}

/** Count and sums of an output whose decimals are doubles and whose dates are timestamps, as exact as doubles are. */
export async function roughSums(
  connection: DuckDBConnection,
  glob: string,
  columns: Field[],
): Promise<number[]> {
  const sums = columns.flatMap(({ name, type }) =>
    type.kind === 'string'
      ? [`count(${name})::DOUBLE`, `sum(strlen(${name}))::DOUBLE`]
      : type.kind === 'date'
        ? [`sum(epoch(${name}))::DOUBLE`]
        : [`sum(${name})::DOUBLE`],
  );
  const read = `read_parquet('${glob}', hive_partitioning = false)`;
  const result = await connection.runAndReadAll(`SELECT count(*)::DOUBLE, ${sums.join(', ')} FROM ${read}`);
  return result.getRows().flat().map(Number);
}
