import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../shared/operations/metrics-table.ts';
import { bundleFunctions } from '../../tools/bundle/bundle-functions.ts';
import { bundleStarts } from '../../tools/cold-start/bundle-starts.ts';
import { parserCalls } from '../../tools/cold-start/parser-calls.ts';

describe('what a function costs before and in its first call', () => {
  let dir: string;
  let bundles: Awaited<ReturnType<typeof bundleFunctions>>;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cold-start-'));
    bundles = await bundleFunctions(join(dir, 'dist'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is measured of every function: all bundles load with the variables that the template gives', async () => {
    const { rows } = await bundleStarts(bundles, dir, 1);
    expect(rows.map(([name]) => name)).toEqual(['nothing', ...FUNCTION_NAMES.toSorted()]);
  });

  it('is measured of a parser that makes whole parts of each range, cold and warm, near and far from S3', async () => {
    const { folder } = bundles.find(({ name }) => name === 'parser')!;
    const small = { rounds: 1, memoryMb: 1769, s3MegabytesPerSecond: 20, rangeBytes: 1024 * 1024 };
    const { table } = await parserCalls(folder, dir, small);
    expect(table.rows).toHaveLength(4);
    const [slow, fast] = [table.rows[1], table.rows[3]].map((row) => Number(row?.[3]));
    expect(slow).toBeGreaterThan(0);
    // The line gives no more, however fast the parser is.
    expect(slow).toBeLessThan(20);
    expect(fast).toBeGreaterThan(0);
  });
});
