import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { firstDataset, type Layout } from '../../shared/layout/layout.ts';
import { type Arena, type Contestant, contestantsOf } from './contestants.ts';
import { duckdbCopy } from './duckdb-select.ts';
import { floorsOf } from './floors.ts';
import { digestOf, roughSums } from './output-check.ts';
import { layoutOf, terminatorBytesOf, type Workload } from './workload.ts';

/** A larger file has no floors: they are measured in memory. */
const MOST_IN_MEMORY_BYTES = 2 ** 31 - 1;

export interface BenchOptions {
  bytes?: number | undefined;
  rounds: number;
  /** Contestants whose name contains one of these; all without. */
  only?: string[] | undefined;
  /** Who takes part; the usual ones without it. */
  contestants?: ((arena: Arena) => Contestant[]) | undefined;
  /** Told of each step. */
  progress?: ((line: string) => void) | undefined;
}

export interface Result {
  name: string;
  /** Of the timed rounds. */
  medianMs: number;
  /** Of its own input, which may be another form of the same records. */
  megabytesPerSecond: number;
  recordsPerSecond: number;
  /** Parquet bytes of all its files; undefined where it writes none. */
  outputBytes?: number | undefined;
}

export interface WorkloadResult {
  workload: string;
  title: string;
  inputBytes: number;
  records: number;
  results: Result[];
  floors: Result[];
}

/** Contestants' outputs differ, so no time would mean anything. */
export class OutputsDiffer extends Error {}

/** Generates the workload into `scratchDir`, checks that all contestants make the same of it, then times them in turns. */
export async function benchWorkload(
  workload: Workload,
  scratchDir: string,
  options: BenchOptions,
): Promise<WorkloadResult> {
  const { progress = () => undefined, contestants = contestantsOf, rounds } = options;
  await mkdir(scratchDir, { recursive: true });
  const path = join(scratchDir, 'records.txt');
  const layoutPath = join(scratchDir, `${workload.name}.json`);
  await writeFile(layoutPath, workload.layoutText);
  progress(`${workload.name}: generating`);
  const inputBytes = await workload.write(path, options.bytes ?? workload.defaultBytes);
  const layout = layoutOf(workload);
  const records = Math.floor(inputBytes / (layout.record.lengthBytes + terminatorBytesOf(layout)));
  const text = workload.text
    ? { path: workload.text.pathBeside(path), layout: readLayout(workload.text.layoutText, workload.name) }
    : { path, layout };
  const chosen = contestants({ path, layout, layoutPath, text, scratchDir }).filter(
    ({ name }) => !options.only || options.only.some((part) => name.includes(part)),
  );

  const connection = await (await DuckDBInstance.create()).connect();
  const outputBytes = new Map<string, number>();
  let first: { name: string; types: string; rows: string } | undefined;
  for (const contestant of chosen) {
    progress(`${workload.name}: checking ${contestant.name}`);
    // Also the warm-up.
    await contestant.run();
    await contestant.prepareOutput?.();
    if (!contestant.glob) {
      await checkPlain(connection, scratchDir, text.layout);
      continue;
    }
    const digest = await digestOf(connection, contestant.glob, layout);
    first ??= { name: contestant.name, ...digest };
    for (const aspect of ['types', 'rows'] as const) {
      if (digest[aspect] === first[aspect]) continue;
      throw new OutputsDiffer(
        `${workload.name}: the ${aspect} of ${contestant.name} are not those of ${first.name}:\n${digest[aspect].slice(0, 1500)}\n${first[aspect].slice(0, 1500)}`,
      );
    }
    const sizes = await connection.runAndReadAll(
      `SELECT coalesce(sum(size), 0)::DOUBLE FROM read_blob('${contestant.glob}')`,
    );
    outputBytes.set(contestant.name, Number(sizes.getRows()[0]![0]));
  }
  connection.closeSync();

  const times = new Map<string, number[]>();
  const floors = inputBytes > MOST_IN_MEMORY_BYTES ? [] : await floorsOf(path, await readFile(path), layout);
  for (let round = 1; round <= rounds; round++) {
    for (const one of [...chosen, ...floors]) {
      progress(`${workload.name}: round ${round} of ${rounds}, ${one.name}`);
      times.set(one.name, [...(times.get(one.name) ?? []), await one.run()]);
    }
  }
  const result = (name: string, bytes: number, recordCount: number): Result => {
    const medianMs = median(times.get(name)!);
    return {
      name,
      medianMs,
      megabytesPerSecond: bytes / 1e3 / medianMs,
      recordsPerSecond: (recordCount * 1e3) / medianMs,
      outputBytes: outputBytes.get(name),
    };
  };
  return {
    workload: workload.name,
    title: workload.title,
    inputBytes,
    records,
    results: chosen.map((one: Contestant) => result(one.name, one.inputBytes, one.recordCount)),
    floors: floors.map(({ name }) => result(name, inputBytes, records)),
  };
}

/** The plain writer converts a slice, to doubles: its rows and sums are compared with DuckDB's of the same slice. */
async function checkPlain(
  connection: Awaited<ReturnType<DuckDBInstance['connect']>>,
  scratchDir: string,
  layout: ReturnType<typeof layoutOf>,
): Promise<void> {
  const expectedDir = join(scratchDir, 'plain-expected');
  await mkdir(expectedDir, { recursive: true });
  const slice = join(scratchDir, 'plain/slice.txt');
  await connection.run(duckdbCopy(withoutPartitions(layout), slice, expectedDir));
  const expected = await roughSums(connection, join(expectedDir, '*.parquet'), firstDataset(layout).columns);
  const actual = await roughSums(
    connection,
    join(scratchDir, 'plain/*.parquet'),
    firstDataset(layout).columns,
  );
  const wrong = expected.findIndex((sum, index) => Math.abs(sum - actual[index]!) > Math.abs(sum) * 1e-9);
  if (wrong >= 0) {
    throw new OutputsDiffer(`hyparquet-writer: sum ${wrong} is ${actual[wrong]} and not ${expected[wrong]}`);
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** The same columns in files of one folder. */
function withoutPartitions(layout: Layout): Layout {
  return {
    ...layout,
    recordTypes: layout.recordTypes.map((type) => ({
      ...type,
      datasets: type.datasets.map((dataset) => ({ ...dataset, partitionBy: [] })),
    })),
  };
}
