import { describe, expect, it } from 'vitest';
import { runKeys } from '../../../shared/keys/run-keys.ts';
import { rangeBytesOf } from '../../../shared/pipeline/split/range-size.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { MAX_RANGES } from '../../../shared/ranges/plan-ranges.ts';
import { planned, TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

const MIB = 2 ** 20;

describe('the size of ranges', () => {
  it('is that of the settings for a day of few files, and large for one of many', () => {
    const of = (expected: number | string[] | undefined) => rangeBytesOf(10e9, 128 * MIB, expected);
    expect([undefined, 1, 10, 499].map(of)).toEqual(Array(4).fill(128 * MIB));
    expect([500, 10_000].map(of)).toEqual([1024 * MIB, 1024 * MIB]);
    expect(of(Array.from({ length: 500 }, (_, index) => `f${index}`))).toBe(1024 * MIB);
    expect(rangeBytesOf(1, 2048 * MIB, 500)).toBe(2048 * MIB);
  });

  it('cuts no file into more ranges than may be planned', () => {
    for (const sizeBytes of [1e12, 50e12]) {
      expect(sizeBytes / rangeBytesOf(sizeBytes, 128 * MIB, 10)).toBeLessThanOrEqual(MAX_RANGES / 2);
      // And into no fewer than half of them, if the settings want smaller ranges.
      expect(rangeBytesOf(sizeBytes, 1, 10)).toBe(Math.ceil(sizeBytes / (MAX_RANGES / 2)));
    }
  });

  it.each([
    ['the settings', { expectedFiles: 500 }, {}],
    ['the layout', {}, { day: { expectedFiles: 500 } }],
  ])('follows from the files that %s expect, unless the request says another', async (_, settings, layout) => {
    await using lake = await TestLake.make();
    Object.assign(lake.ports.settings, { rangeSizeBytes: 21, ...settings });
    const bytes = smallFile(...Array.from({ length: 9 }, (_, index) => smallLine(`A${index}`, index)));
    const rangesOf = async (sourceKey: string, changes: object, rangeSizeBytes?: number) => {
      await lake.putRaw(sourceKey, bytes);
      const request = { layout: smallLayout({ name: sourceKey.slice(0, 1), ...changes }), sourceKey };
      const split = await splitFile(lake.ports, sourceKey, {
        ...request,
        ...(rangeSizeBytes !== undefined && { rangeSizeBytes }),
      });
      const { rangeCount, runId } = planned(split);
      expect(await lake.ports.lake.head(runKeys(runId).ranges)).toBeDefined();
      return rangeCount;
    };
    expect(await rangesOf('a_20250812.txt', layout)).toBe(1);
    expect(await rangesOf('b_20250812.txt', layout, 21)).toBe(9);
    if (Object.keys(settings).length === 0) expect(await rangesOf('c_20250812.txt', {})).toBe(9);
  });
});
