import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
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
import { HeldWrites } from './held-writes.ts';
import { testPorts } from './test-ports.ts';

/** The result of a split that must not have ended in a refusal. */
export function planned(split: SplitResult): Extract<SplitResult, { verdict: 'convert' }> {
  if (split.verdict === 'convert') return split;
  throw new Error(
    split.verdict === 'refused' ? split.refusal.message : `${split.sourceKey} is loaded already`,
  );
}

/** Runs the steps in the order of the state machine, without it. `ended` is called after each. */
export async function convertFile(
  ports: PipelinePorts,
  execution: string,
  request: ConvertRequest,
  ended: () => Promise<void> = async () => {},
) {
  const split = await splitFile(ports, execution, request);
  await ended();
  if (split.verdict !== 'convert') {
    const confirmed = await finalizeFile(ports, split);
    await ended();
    return confirmed;
  }
  await parseAllRanges(ports, split);
  await ended();
  const reconciled = await reconcileFile(ports, split.planKey);
  await ended();
  return finishFile(ports, split.planKey, reconciled, ended);
}

/** What is left of a conversion after its file was judged. */
export async function finishFile(
  ports: PipelinePorts,
  planKey: string,
  reconciled: Awaited<ReturnType<typeof reconcileFile>>,
  ended: () => Promise<void> = async () => {},
) {
  if (reconciled.verdict === 'balanced') {
    for (const mergeIndex of reconciled.merges?.flat() ?? []) {
      await mergePartition(ports, planKey, { mergeIndex });
      await ended();
    }
  }
  const finalized = await finalizeFile(ports, reconciled);
  await ended();
  return finalized;
}

/** Parses every range of a file, the last one first: nothing may depend on the order in which ranges are done. */
export async function parseAllRanges(
  ports: PipelinePorts,
  { planKey, rangesKey }: { planKey: string; rangesKey: string },
): Promise<void> {
  const ranges = await readJson(ports.lake, rangesKey, plannedRangesShape);
  for (const range of ranges.toReversed()) await parseRange(ports, planKey, range);
}

/** Where the objects of a test's lake stand. Memory is several times faster; what opens a folder itself needs one. */
type Stands = 'in memory' | 'on disk';

let instance: Promise<DuckDBInstance> | undefined;
/** One for all lakes of a test file: to start it takes as long as a conversion. */
const duckdb = () => {
  instance ??= DuckDBInstance.create();
  return instance;
};

/** A lake of one test, with the ports that it needs; nothing is printed. */
export class TestLake {
  /** A folder of the test. With a lake on disk it holds `raw` and `lake`. */
  readonly dir: string;
  readonly ports: PipelinePorts;
  readonly notifications: string[] = [];
  /** Texts of copybooks that layouts name. */
  readonly copybooks = new Map<string, string>();
  /** Names of executions begin with it. */
  executions = 'test';
  /** In memory, a write is there only after somebody waited for it. */
  private readonly writes = new HeldWrites();
  private executionCount = 0;
  private convertCount = 0;
  private readonly stands: Stands;

  private constructor(dir: string, stands: Stands) {
    this.dir = dir;
    this.stands = stands;
    const onDisk = (folder: string) =>
      createFileObjectStore({ rootDir: join(dir, folder), sync: false, isSource: folder === 'raw' });
    const inMemory = Object.assign(new MemoryObjectStore(), { beforeCall: this.writes.call });
    const isInMemory = stands === 'in memory';
    const raw = isInMemory ? new MemoryObjectStore() : onDisk('raw');
    this.ports = testPorts(raw, isInMemory ? inMemory : onDisk('lake'), {
      layouts: {
        load: async (text) => ({ file: 'test.json', text }),
        loadBeside: async (_file, name) => ({ file: name, text: this.copybooks.get(name)! }),
      },
      notifier: { notify: async ({ message }) => void this.notifications.push(message) },
    });
  }

  /** To be used with `await using`: each test has a lake of its own, so that one that is late disturbs no other. */
  static async make(stands: Stands = 'in memory'): Promise<TestLake> {
    return new TestLake(await mkdtemp(join(tmpdir(), 'positional-lake-')), stands);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  async putRaw(key: string, bytes: Uint8Array): Promise<void> {
    await this.ports.raw.put(key, bytes);
  }

  async convert(request: ConvertRequest) {
    this.convertCount++;
    // What is asked of the lake while others are at work says nothing of this one.
    const ended = async () => (this.convertCount === 1 ? this.writes.assertEnded() : undefined);
    try {
      return await convertFile(this.ports, `${this.executions}-${this.executionCount++}`, request, ended);
    } finally {
      this.convertCount--;
    }
  }

  parseAll(split: { planKey: string; rangesKey: string }): Promise<void> {
    return parseAllRanges(this.ports, split);
  }

  async catalog(dataset: string): Promise<CatalogFile | undefined> {
    const stored = await this.ports.lake.get(`catalog/${dataset}.json`);
    return stored && JSON.parse(new TextDecoder().decode(stored.bytes));
  }

  /** Path of a published file, for programs that read files. */
  async pathOf(file: string): Promise<string> {
    const path = join(this.dir, 'lake/processed', file);
    if (this.stands === 'on disk') return path;
    const stored = await this.ports.lake.get(`processed/${file}`);
    if (!stored) throw new Error(`the catalog names ${file}, which is not there`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, stored.bytes);
    return path;
  }

  /** The rows that DuckDB reads from the published files, partition by partition of the catalog; values as DuckDB prints them. */
  async publishedRows(dataset: string, select: string): Promise<Record<string, unknown>[]> {
    const catalog = await this.catalog(dataset);
    const connection = await (await duckdb()).connect();
    const rows: Record<string, unknown>[] = [];
    for (const { values, files } of catalog?.partitions ?? []) {
      const { year: _y, month: _m, day: _d, ...partition } = values;
      const paths: string[] = [];
      for (const file of files) paths.push(`'${(await this.pathOf(file)).replaceAll("'", "''")}'`);
      const sql = `SELECT ${select} FROM read_parquet([${paths.join(',')}], hive_partitioning = false)`;
      const result = await connection.runAndReadAll(sql);
      for (const row of result.getRowObjectsJson()) rows.push({ ...row, ...partition });
    }
    connection.closeSync();
    return rows;
  }
}
