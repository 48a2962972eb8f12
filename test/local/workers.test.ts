import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { convertNight } from '../../local/convert-night.ts';
import { WORKLOADS } from '../../tools/bench/workloads.ts';

/** More than is converted without threads. */
const INPUT_BYTES = 17_000_000;
const RANGE_BYTES = 4_000_000;

let dir: string;
let input: string;
let layout: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'workers-'));
  const contracts = WORKLOADS.find(({ name }) => name === 'contracts')!;
  input = join(dir, 'contracts.txt');
  await contracts.write(input, INPUT_BYTES);
  layout = join(dir, 'contracts.json');
  writeFileSync(layout, contracts.layoutText);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The sum of every data file of a lake into which the file was converted. */
async function convertedBy(workerCount: number, worksHere: boolean): Promise<Record<string, string>> {
  const lakeDir = join(dir, `lake-${workerCount}-${worksHere}`);
  const request = { layout, businessDate: '2025-08-12', rangeSizeBytes: RANGE_BYTES };
  const options = { inputs: [input], lakeDir, expectedFiles: undefined, sync: false, workerCount, worksHere };
  for await (const { status, rangeCount } of convertNight({ ...options, request })) {
    expect({ status, rangeCount }).toEqual({ status: 'loaded', rangeCount: 5 });
  }
  const folder = join(lakeDir, 'processed/contracts');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.parquet'),
  );
  const sums = files.map((path) => [
    path,
    createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex'),
  ]);
  return Object.fromEntries(sums.sort());
}

it('makes the same data files of the same ranges with one, two and five workers, in this thread too or not', async () => {
  const one = await convertedBy(1, true);
  expect(Object.keys(one).length).toBeGreaterThan(9);
  expect(await convertedBy(2, true)).toEqual(one);
  expect(await convertedBy(2, false)).toEqual(one);
  expect(await convertedBy(5, true)).toEqual(one);
});
