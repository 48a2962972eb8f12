import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach } from 'vitest';
import type { Lake } from '../../local/lake/lake.ts';
import { openLake } from '../../local/lake/lake-sql.ts';
import { escapePartitionValue } from '../../shared/keys/partition-path.ts';
import type { CatalogColumn, CatalogFile, CatalogPartition } from '../../shared/ports/catalog.ts';

export const DATE_KEYS = ['year', 'month', 'day'].map((name) => ({ name, type: 'string' }));
export const PRODUCT_KEY = { name: 'tipo_produto', type: 'string' };

/** Folder of the current test. */
export let rootDir: string;
const opened: Lake[] = [];

/** Gives each test of a file a folder, which is removed after it with the lakes that it opened. */
export function giveEachTestAFolder(): void {
  beforeEach(async () => {
    rootDir = await mkdtemp(join(tmpdir(), 'lake-sql-'));
  });
  afterEach(async () => {
    for (const lake of opened.splice(0)) lake.close();
    await rm(rootDir, { recursive: true, force: true });
  });
}

export async function open(lakeDir: string): Promise<Lake> {
  const lake = await openLake({ lakeDir });
  opened.push(lake);
  return lake;
}

/** The rows of a query as objects: easier to read in a test than lists. */
export async function ask(lake: Lake, sql: string): Promise<Record<string, unknown>[]> {
  const { columns, rows } = await lake.query(sql);
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
}

export async function writeJson(path: string, document: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(document));
}

/** Writes Parquet with DuckDB itself, so that nothing of ours is on both sides. */
export async function writeParquet(
  lakeDir: string,
  selects: { key: string; select: string }[],
): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const { key, select } of selects) {
    const path = join(lakeDir, 'processed', key);
    await mkdir(dirname(path), { recursive: true });
    await connection.run(`COPY (${select}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  }
  connection.closeSync();
  instance.closeSync();
}

export async function writeCatalog(
  lakeDir: string,
  catalog: Partial<CatalogFile> & { dataset: string },
): Promise<void> {
  await writeJson(join(lakeDir, 'catalog', `${catalog.dataset}.json`), {
    columns: [],
    partitionKeys: DATE_KEYS,
    days: {},
    partitions: [],
    ...catalog,
  });
}

/** A night of one file per product, whose only column repeats the product's text. */
export async function writeNight(
  lakeDir: string,
  products: (string | null)[],
  day = '12',
): Promise<CatalogPartition[]> {
  const partitions = products.map((product) => {
    const location = `contracts/year=2025/month=08/day=${day}/tipo_produto=${escapePartitionValue(product)}/gen=00001/`;
    return {
      values: { year: '2025', month: '08', day, tipo_produto: product },
      location,
      files: [`${location}contratos_${day}-0a1b2c3d-00000.snappy.parquet`],
    };
  });
  await writeParquet(
    lakeDir,
    partitions.map(({ files, values }) => ({
      key: files[0]!,
      select: `SELECT ${sqlText(values.tipo_produto!)} AS truth`,
    })),
  );
  return partitions;
}

/** A value as a SQL literal. */
export function sqlText(value: string | null): string {
  return value === null ? 'CAST(NULL AS VARCHAR)' : `'${value.replaceAll("'", "''")}'`;
}

export const TRUTH: CatalogColumn[] = [{ name: 'truth', type: 'string' }];
