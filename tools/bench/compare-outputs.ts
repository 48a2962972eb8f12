import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { firstDataset, type Layout } from '../../shared/layout/layout.ts';
import type { Arena, Contestant } from './contestant.ts';
import { duckdbCopy } from './duckdb-select.ts';
import { type Digest, digestOf, roughSums } from './output-check.ts';

/** Contestants' outputs differ, so no time would mean anything. */
export class OutputsDiffer extends Error {}

const MOST_DIGEST_CHARACTERS = 1500;

/**
 * Runs each contestant once, which also warms it up, and compares what it wrote with the output of the first one. Fails
 * with `OutputsDiffer`. Returns the Parquet bytes of each that writes files, by name.
 */
export async function compareOutputs(
  workload: string,
  contestants: Contestant[],
  { layout, text, scratchDir }: Arena,
  progress: (step: string) => void,
): Promise<Map<string, number>> {
  const connection = await (await DuckDBInstance.create()).connect();
  const outputBytes = new Map<string, number>();
  let first: NamedDigest | undefined;
  for (const { name, run, prepareOutput, glob } of contestants) {
    progress(`checking ${name}`);
    await run();
    await prepareOutput?.();
    if (!glob) {
      await checkPlain(connection, scratchDir, text.layout);
      continue;
    }
    const digest = { name, ...(await digestOf(connection, glob, layout)) };
    first ??= digest;
    expectSame(digest, first, workload);
    const sizes = await connection.runAndReadAll(
      `SELECT coalesce(sum(size), 0)::DOUBLE FROM read_blob('${glob}')`,
    );
    for (const [bytes] of sizes.getRows()) outputBytes.set(name, Number(bytes));
  }
  connection.closeSync();
  return outputBytes;
}

interface NamedDigest extends Digest {
  name: string;
}

function expectSame(digest: NamedDigest, first: NamedDigest, workload: string): void {
  for (const aspect of ['types', 'rows'] as const) {
    if (digest[aspect] === first[aspect]) continue;
    const [ours, theirs] = [digest, first].map((one) => one[aspect].slice(0, MOST_DIGEST_CHARACTERS));
    throw new OutputsDiffer(
      `${workload}: the ${aspect} of ${digest.name} are not those of ${first.name}:\n${ours}\n${theirs}`,
    );
  }
}

/** hyparquet-writer converts a slice, to doubles: compares its rows and sums with DuckDB's of the same slice. */
async function checkPlain(connection: DuckDBConnection, scratchDir: string, layout: Layout): Promise<void> {
  const expectedDir = join(scratchDir, 'plain-expected');
  await mkdir(expectedDir, { recursive: true });
  const slice = join(scratchDir, 'plain/slice.txt');
  await connection.run(duckdbCopy(withoutPartitions(layout), slice, expectedDir));
  const { columns } = firstDataset(layout);
  const expected = await roughSums(connection, join(expectedDir, '*.parquet'), columns);
  const actual = await roughSums(connection, join(scratchDir, 'plain/*.parquet'), columns);
  for (const [index, sum] of expected.entries()) {
    const difference = Math.abs(sum - (actual[index] ?? Number.NaN));
    if (difference <= Math.abs(sum) * 1e-9) continue;
    throw new OutputsDiffer(`hyparquet-writer: sum ${index} is ${actual[index]} and not ${sum}`);
  }
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
