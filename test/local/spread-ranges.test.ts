import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MOST_RANGE_BYTES, parsersOf, spreadRangeBytes } from '../../local/convert-file.ts';
import { convertNight } from '../../local/convert-night.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { planCuts, rangesBetween, unevenCuts } from '../../shared/ranges/plan-ranges.ts';
import { WORKLOADS } from '../../tools/bench/workloads.ts';

const GIB = MOST_RANGE_BYTES;

function lengthsOf(ranges: ByteRange[]): number[] {
  return ranges.map(({ startByte, endByte }) => endByte - startByte);
}

/** The lengths of the ranges of a file, in hundredths of a GiB. */
function spread(sizeBytes: number, workerCount: number): number[] {
  const span = { startByte: 0, endByte: sizeBytes };
  const even = planCuts(span, spreadRangeBytes(sizeBytes, workerCount), null);
  const ranges = rangesBetween(span, unevenCuts(even, span, null, parsersOf(sizeBytes, workerCount, 0)));
  return lengthsOf(ranges).map((bytes) => Math.round((100 * bytes) / GIB));
}

it('gives each worker one range of a file, and of a large one finer ranges at the end', () => {
  expect(spread(2 * GIB - 1e6, 2)).toEqual([100, 100]);
  expect(spread(4 * GIB - 1e6, 1)).toEqual([100, 100, 100, 100]);
  expect(spread(4 * GIB - 1e6, 2)).toEqual([100, 100, 50, 50, 25, 25, 12, 12, 12, 12]);
  expect(spread(10 * GIB - 1e6, 2)).toHaveLength(16);
  // More would be too many to become files as they are.
  expect(spread(14 * GIB - 1e6, 2)).toEqual([...Array(12).fill(100), 50, 50, 50, 50]);
  expect(spread(16 * GIB - 1e6, 2)).toEqual(Array(16).fill(100));
  expect(spread(40 * GIB - 1e6, 2)).toEqual(Array(40).fill(100));
});

it('gives the main thread more of the first file than the thread that begins beside it, and of the next file as much', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'spread-ranges-'));
  try {
    const contracts = WORKLOADS.find(({ name }) => name === 'contracts')!;
    const inputs = ['a.txt', 'b.txt'].map((name) => join(dir, name));
    await contracts.write(inputs[0]!, 18_000_000);
    writeFileSync(inputs[1]!, readFileSync(inputs[0]!).subarray(0, -141));
    const layout = join(dir, 'contracts.json');
    writeFileSync(layout, contracts.layoutText);
    const request = { layout, businessDate: '2025-08-12' };
    const options = { inputs, lakeDir: join(dir, 'lake'), expectedFiles: undefined, sync: false };
    const lengths: number[][] = [];
    for await (const { status } of convertNight({ ...options, workerCount: 2, worksHere: true, request })) {
      expect(status).toBe('loaded');
      const runs = readdirSync(join(dir, 'lake/runs'), { recursive: true, encoding: 'utf8' });
      const files = runs.filter((path) => path.endsWith('ranges.json'));
      const plans = files.map((path) => readFileSync(join(dir, 'lake/runs', path), 'utf8'));
      // After the document comes its seal.
      lengths.push(...plans.map((text) => lengthsOf(JSON.parse(text.slice(0, text.lastIndexOf(']') + 1)))));
    }
    const ofFirst = lengths[0]!;
    const ofSecond = lengths.find((one) => String(one) !== String(ofFirst))!;
    expect(ofFirst[0]! / ofFirst[1]!).toBeCloseTo(3, 1);
    expect(ofSecond[0]! / ofSecond[1]!).toBeCloseTo(1, 1);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
