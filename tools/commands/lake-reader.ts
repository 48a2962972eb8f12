import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { avroRecords } from './avro-file.ts';

/** A row as JSON, with the values of the partition it is in. */
export type ReadRow = Record<string, string | null>;

export interface ReadTable {
  /** By business date. */
  rows: Record<string, ReadRow[]>;
  problems: string[];
}

const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/** Reads published files with DuckDB, as the catalog and as Iceberg's metadata list them; nothing of the project's code takes part. */
export class LakeReader {
  private readonly instance = DuckDBInstance.create(':memory:');
  /** A published file never changes: its rows by what the file system says of it. */
  private readonly known = new Map<string, ReadRow[]>();

  async table(lake: string, table: string): Promise<ReadTable> {
    const files = catalogFiles(lake, table);
    const iceberg = icebergFiles(lake, table);
    const problems =
      files.join() === iceberg.join()
        ? []
        : [
            `${table}: the catalog lists ${files.length} files, Iceberg others: ${difference(files, iceberg)}`,
          ];
    const gone = files.filter((file) => !existsSync(join(lake, 'processed', file)));
    const rows: Record<string, ReadRow[]> = {};
    for (const file of files) {
      if (gone.includes(file)) continue;
      const { businessDate, values } = partitionOf(file);
      const read = await this.rowsOf(join(lake, 'processed', file));
      rows[businessDate] = [...(rows[businessDate] ?? []), ...read.map((row) => ({ ...row, ...values }))];
    }
    return { rows, problems: [...problems, ...gone.map((file) => `${file} is listed and not there`)] };
  }

  private async rowsOf(path: string): Promise<ReadRow[]> {
    const { ino, mtimeMs, size } = statSync(path);
    const name = `${path} ${ino} ${mtimeMs} ${size}`;
    const known = this.known.get(name);
    if (known) return known;
    const connection = await (await this.instance).connect();
    try {
      const quoted = path.replaceAll("'", "''");
      const sql = `SELECT COLUMNS(*)::VARCHAR FROM read_parquet('${quoted}', hive_partitioning = false)`;
      const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson() as ReadRow[];
      this.known.set(name, rows);
      return rows;
    } finally {
      connection.closeSync();
    }
  }
}

function catalogFiles(lake: string, table: string): string[] {
  const path = join(lake, 'catalog', `${table}.json`);
  if (!existsSync(path)) return [];
  const { partitions } = JSON.parse(readFileSync(path, 'utf8')) as { partitions: { files: string[] }[] };
  return partitions.flatMap(({ files }) => files).sort();
}

interface TableMetadata {
  'current-snapshot-id': number;
  snapshots: { 'snapshot-id': number; 'manifest-list': string }[];
}

/** Files of the current snapshot: metadata → manifest list → manifests. */
function icebergFiles(lake: string, table: string): string[] {
  const folder = join(lake, 'processed', table, 'metadata');
  const hint = join(folder, 'version-hint.text');
  if (!existsSync(hint)) return [];
  const version = readFileSync(hint, 'utf8').trim();
  // Ids of snapshots may be larger than a double holds, so they are compared as texts.
  const text = readFileSync(join(folder, `v${version}.metadata.json`), 'utf8');
  const metadata = JSON.parse(
    text.replace(/("(?:current-)?snapshot-id"\s*:\s*)(-?\d+)/g, '$1"$2"'),
  ) as TableMetadata;
  const snapshot = metadata.snapshots.find((one) => one['snapshot-id'] === metadata['current-snapshot-id']);
  if (!snapshot) return [];
  const inLake = (uri: unknown) => String(uri).replace(/^.*\/processed\//, '');
  const read = (uri: unknown) => avroRecords(readFileSync(join(lake, 'processed', inLake(uri))));
  return read(snapshot['manifest-list'])
    .flatMap(({ manifest_path: path }) => read(path))
    .filter(({ status }) => status !== 2)
    .map(({ data_file: file }) => inLake((file as { file_path: string }).file_path))
    .sort();
}

function partitionOf(file: string): { businessDate: string; values: ReadRow } {
  const folders = file.split('/').flatMap((folder) => {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(folder) ?? [];
    return key === undefined || value === undefined ? [] : [[key, decodeURIComponent(value)] as const];
  });
  const values = new Map(folders);
  const businessDate = ['year', 'month', 'day'].map((key) => values.get(key)).join('-');
  const others = folders.filter(([key]) => !['year', 'month', 'day', 'gen'].includes(key));
  return {
    businessDate,
    values: Object.fromEntries(others.map(([key, value]) => [key, value === HIVE_NULL ? null : value])),
  };
}

function difference(some: string[], others: string[]): string {
  const [first, second] = [new Set(some), new Set(others)];
  const only = [...first].filter((file) => !second.has(file)).map((file) => `+${file}`);
  const more = [...second].filter((file) => !first.has(file)).map((file) => `-${file}`);
  return [...only, ...more].slice(0, 4).join(', ');
}
