import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { expect } from 'vitest';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { runKeys } from '../../shared/keys/run-keys.ts';
import { type Compression, type PageForm, PLAIN_PAGES } from '../../shared/layout/layout.ts';
import { ColumnFeed, type FeedValue } from '../../shared/parquet/column-feed.ts';
import { giveBackMemory, takeMemory } from '../../shared/parquet/kernel-memory.ts';
import type { MergePart, PlannedFile } from '../../shared/parquet/merge-plan.ts';
import { RowGroupBuilder } from '../../shared/parquet/row-group-builder.ts';
import { mergePartition } from '../../shared/pipeline/merge/merge-partition.ts';
import { PartWriter } from '../../shared/pipeline/parse/part-writer.ts';
import { writeJson } from '../../shared/pipeline/store/json-object.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { MergeSpec } from '../../shared/run/merge-spec.ts';
import { expectSameRows } from '../support/first-difference.ts';
import {
  SAMPLE_SCHEMA,
  SAMPLE_SQL,
  type SampleValue,
  sampleColumns,
  sampleLayoutText,
  sampleValues,
} from '../support/sample-columns.ts';
import { samplePlan } from '../support/sample-plan.ts';
import { checksumOf } from '../support/small-contracts.ts';

/** Parts and merged files of the sample columns in a folder of their own, and DuckDB to read them. */
export class SampleFiles {
  readonly folder: string;
  readonly duckdb: DuckDBConnection;
  private readonly lake: ObjectStore;

  static async create(): Promise<SampleFiles> {
    const folder = await mkdtemp(join(tmpdir(), 'parquet-test-'));
    return new SampleFiles(folder, await (await DuckDBInstance.create(':memory:')).connect());
  }

  private constructor(folder: string, duckdb: DuckDBConnection) {
    this.folder = folder;
    this.duckdb = duckdb;
    this.lake = createFileObjectStore({ rootDir: folder });
  }

  async remove(): Promise<void> {
    this.duckdb.closeSync();
    await rm(this.folder, { recursive: true, force: true });
  }

  pathOf(key: string): string {
    return join(this.folder, key);
  }

  /** The path as a literal in DuckDB's SQL. */
  sqlPath(key: string): string {
    return `'${this.pathOf(key)}'`;
  }

  async rowsOf(sql: string) {
    return (await this.duckdb.runAndReadAll(sql)).getRowObjects();
  }

  /** Compares what DuckDB reads from a file with sample values. */
  async expectValues(key: string, expected: SampleValue[][]): Promise<void> {
    const read = await this.duckdb.runAndReadAll(`SELECT ${SAMPLE_SQL} FROM ${this.sqlPath(key)}`);
    const columns = read.getColumns();
    for (const [index, { name, values }] of namedColumns(expected).entries()) {
      expectSameRows(columns[index] ?? [], values, `${name} of ${key}`);
    }
  }

  /** Writes row groups of sample columns through the kernel. */
  async writeRowGroups(
    key: string,
    rowGroups: Iterable<FeedValue[][]>,
    compression: Compression = 'auto',
    form = PLAIN_PAGES,
  ): Promise<MergePart> {
    const memory = takeMemory();
    const writer = new PartWriter(this.lake, key, SAMPLE_SCHEMA, memory);
    const rows = new RowGroupBuilder(memory.kernel, SAMPLE_SCHEMA, compression, memory.compressor, form);
    const feed = new ColumnFeed(memory.kernel, SAMPLE_SCHEMA);
    for (const columns of rowGroups) {
      feed.append(columns, rows);
      await writer.writeRowGroup(rows);
    }
    const file = await writer.finish();
    giveBackMemory(memory);
    return file;
  }

  /** Writes row groups of these sizes, one after the other, as the parser does. */
  writePart(
    key: string,
    values: SampleValue[][],
    rowGroupRows: number[],
    compression?: Compression,
    form?: PageForm,
  ): Promise<MergePart> {
    expect(rowGroupRows.reduce((sum, rows) => sum + rows, 0)).toBe(values[0]?.length);
    let first = 0;
    const groups = rowGroupRows.map((rows) => {
      first += rows;
      return sampleColumns(values, first - rows, first);
    });
    return this.writeRowGroups(key, groups, compression, form);
  }

  /** Merges parts as the pipeline does. `parquet` is the layout's entry of that name. */
  async merge(runId: string, file: PlannedFile<MergePart>, parquet?: object) {
    const keys = runKeys(runId);
    await writeJson(
      this.lake,
      keys.plan,
      samplePlan({
        runId: runId,
        layout: { text: sampleLayoutText(parquet), file: 'sample.json', fingerprint: 'sample' },
      }),
    );
    const fileName = 'merged.parquet';
    const outputKey = keys.merged({}, fileName);
    const spec: MergeSpec = {
      mergeIndex: 0,
      kind: 'rows',
      dataset: 'sample',
      partition: {},
      outputKey,
      fileName,
      ...file,
    };
    await writeJson(this.lake, keys.mergeSpec(0), spec);
    const merged = await mergePartition({ lake: this.lake }, keys.plan, { mergeIndex: 0 });
    expect(merged.checksum).toBe(checksumOf(await readFile(this.pathOf(outputKey))));
    return merged;
  }
}

/** Sample values for parts whose row groups have these sizes. */
export function sampleParts(shapes: number[][], firstSeed: number): SampleValue[][][] {
  return shapes.map((rowGroupRows, index) => {
    const rowCount = rowGroupRows.reduce((sum, rows) => sum + rows, 0);
    return sampleValues(rowCount, index + firstSeed);
  });
}

/** The columns of several parts, one part after the other. */
export function joinedColumns(parts: SampleValue[][][]): SampleValue[][] {
  return SAMPLE_SCHEMA.map((_, column) => parts.flatMap((part) => part[column] ?? []));
}

export function namedColumns(columns: SampleValue[][]): { name: string; values: SampleValue[] }[] {
  return SAMPLE_SCHEMA.map(({ name }, index) => ({ name, values: columns[index] ?? [] }));
}

/** Options with which hyparquet returns values as they are in the file. */
export const RAW_PARSERS = { timestampFromMicroseconds: String, dateFromDays: String };

const DECIMAL_COLUMNS = ['amount', 'wide', 'wide_code'];

/** Compares a column of hyparquet's rows with sample values; its decimals are doubles, and are compared as doubles. */
export function expectHyparquetColumn(
  rows: Record<string, unknown>[],
  name: string,
  expected: SampleValue[],
): void {
  const isDecimal = DECIMAL_COLUMNS.includes(name);
  const actual = rows.map((row, index) => {
    const value = sampleOf(row[name]);
    const right = expected[index];
    if (!isDecimal || value === null || right === null || right === undefined) return value;
    return Math.abs(Number(value) - Number(right)) <= Math.abs(Number(right)) * 1e-12 ? right : value;
  });
  expectSameRows(actual, expected, name);
}

/** A value of hyparquet in the form of a sample value. */
function sampleOf(value: unknown): SampleValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'number' ? value : String(value);
}

export const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** A file in memory for hyparquet. */
export const asFile = (buffer: ArrayBuffer) => ({
  byteLength: buffer.byteLength,
  slice: (start: number, end?: number) => buffer.slice(start, end),
});
