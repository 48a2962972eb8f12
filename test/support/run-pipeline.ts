import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { finalizeFile } from '../../shared/pipeline/finalize/finalize-file.ts';
import { mergePartition } from '../../shared/pipeline/merge/merge-partition.ts';
import { parseRange } from '../../shared/pipeline/parse/parse-range.ts';
import { reconcileFile } from '../../shared/pipeline/reconcile/reconcile-file.ts';
import type { ConvertRequest } from '../../shared/pipeline/split/convert-request.ts';
import { type SplitResult, splitFile } from '../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { plannedRangesShape } from '../../shared/run/file-plan.ts';
import { plannedMergesShape } from '../../shared/run/merge-spec.ts';

/** The result of a split that must not have ended in a refusal. */
export function planned(split: SplitResult): Extract<SplitResult, { verdict: 'convert' }> {
  if (split.verdict === 'convert') return split;
  throw new Error(
    split.verdict === 'refused' ? split.refusal.message : `${split.sourceKey} is loaded already`,
  );
}

/** Runs the steps in the order of the state machine, without it. */
export async function convertFile(ports: PipelinePorts, execution: string, request: ConvertRequest) {
  const split = await splitFile(ports, execution, request);
  if (split.verdict !== 'convert') return finalizeFile(ports, split);
  await parseAll(ports, split);
  const reconciled = await reconcileFile(ports, split.planKey);
  if (reconciled.verdict === 'balanced') {
    const merges = await readJson(ports.lake, reconciled.mergesKey, plannedMergesShape);
    for (const merge of merges) await mergePartition(ports, split.planKey, merge);
  }
  return finalizeFile(ports, reconciled);
}

/** Parses every range of a file, the last one first: nothing may depend on the order in which ranges are done. */
async function parseAll(
  ports: PipelinePorts,
  { planKey, rangesKey }: { planKey: string; rangesKey: string },
): Promise<void> {
  const ranges = await readJson(ports.lake, rangesKey, plannedRangesShape);
  for (const range of ranges.toReversed()) await parseRange(ports, planKey, range);
}

/** A lake in a temporary folder, with the ports that a test needs; nothing is printed. */
export class TestLake {
  readonly dir: string;
  readonly ports: PipelinePorts;
  readonly notifications: string[] = [];
  /** Texts of copybooks that layouts name. */
  readonly copybooks = new Map<string, string>();
  private executionCount = 0;

  private constructor(dir: string) {
    this.dir = dir;
    const lake = createFileObjectStore({ rootDir: join(dir, 'lake'), sync: false });
    this.ports = {
      raw: createFileObjectStore({ rootDir: join(dir, 'raw'), sync: false }),
      lake,
      publishedPrefix: 'processed/',
      catalog: createFileCatalog(lake),
      layouts: {
        load: async (text) => ({ file: 'test.json', text }),
        loadBeside: async (_file, name) => ({ file: name, text: this.copybooks.get(name)! }),
      },
      metrics: { record: async () => undefined },
      notifier: { notify: async ({ message }) => void this.notifications.push(message) },
      clock: { now: () => new Date('2025-08-13T06:00:00Z') },
      settings: { rangeSizeBytes: 1024 * 1024, wholePartBytes: 128 * 1024 * 1024, expectedFiles: undefined },
    };
  }

  /** To be used with `await using`: each test has a lake of its own, so that one that is late disturbs no other. */
  static async make(): Promise<TestLake> {
    return new TestLake(await mkdtemp(join(tmpdir(), 'positional-lake-')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  async putRaw(key: string, bytes: Uint8Array): Promise<void> {
    await this.ports.raw.put(key, bytes);
  }

  convert(request: ConvertRequest) {
    return convertFile(this.ports, `test-${this.executionCount++}`, request);
  }

  parseAll(split: { planKey: string; rangesKey: string }): Promise<void> {
    return parseAll(this.ports, split);
  }

  async catalog(dataset: string): Promise<CatalogFile | undefined> {
    const stored = await this.ports.lake.get(`catalog/${dataset}.json`);
    return stored && JSON.parse(new TextDecoder().decode(stored.bytes));
  }

  /** The rows that DuckDB reads from the published files, partition by partition of the catalog; values as DuckDB prints them. */
  async publishedRows(dataset: string, select: string): Promise<Record<string, unknown>[]> {
    const catalog = await this.catalog(dataset);
    const connection = await (await DuckDBInstance.create()).connect();
    const rows: Record<string, unknown>[] = [];
    for (const { values, files } of catalog?.partitions ?? []) {
      const { year: _y, month: _m, day: _d, ...partition } = values;
      const paths = files.map((file) => `'${join(this.dir, 'lake/processed', file).replaceAll("'", "''")}'`);
      const sql = `SELECT ${select} FROM read_parquet([${paths.join(',')}], hive_partitioning = false)`;
      const result = await connection.runAndReadAll(sql);
      for (const row of result.getRowObjectsJson()) rows.push({ ...row, ...partition });
    }
    connection.closeSync();
    return rows;
  }
}
