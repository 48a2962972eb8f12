import { readdir, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nightCosts, type Prices, total } from '../../tools/estimate/costs.ts';
import {
  estimateNight,
  type NightShape,
  parseRate,
  sparkNight,
  type Throughput,
} from '../../tools/estimate/night-model.ts';
import { runCommand } from '../support/run-command.ts';

const RATES: Throughput = {
  parseMegabytesPerSecond: 100,
  bytesOutPerByteIn: 0.25,
  parserInitMs: 100,
  assumptions: {
    vcpuOfThisMachine: 1,
    s3MegabytesPerSecond: 50,
    s3RequestMs: 0,
    mergeMegabytesPerSecond: 100,
    sparkMegabytesPerSecondPerVcpu: 10,
    sparkStartSeconds: 100,
    sparkGbPerVcpu: 4,
  },
};
const SHAPE: NightShape = {
  inputBytes: 2_000_000_000,
  files: 2,
  rangeSizeBytes: 100_000_000,
  parserMemoryMb: 1769,
  otherMemoryMb: 1024,
  maxConcurrency: 80,
  parserConcurrency: 800,
  partitions: 1,
  nightsPerMonth: 20,
};

describe('the model of a night', () => {
  it('gives what is worked out by hand', () => {
    const night = estimateNight(SHAPE, RATES);
    const [, parse, , merge] = night.stages;
    // Two files of ten ranges of 100 MB; S3 gives 50 MB/s, so each takes two seconds, and all run at once.
    expect(night).toMatchObject({ ranges: 20, parsersAtOnce: 20, outputBytes: 500_000_000 });
    expect(parse).toMatchObject({ invocations: 20, seconds: 2.1, billedSeconds: 42 });
    expect(merge).toMatchObject({ invocations: 2, seconds: 2.5 });
    expect(night.stateTransitions).toBe(2 * 7 + 22 * 3);
  });

  it('counts the waves if fewer may run at once, and the wait for environments above a thousand', () => {
    const seconds = (changes: Partial<NightShape>) =>
      estimateNight({ ...SHAPE, ...changes }, RATES).stages[1]!.seconds;
    expect(seconds({ parserConcurrency: 10 })).toBeCloseTo(4.1);
    expect(seconds({ maxConcurrency: 5 })).toBeCloseTo(4.1);
    expect(seconds({ rangeSizeBytes: 1_000_000, maxConcurrency: 4000, parserConcurrency: 4000 })).toBeCloseTo(
      10.1 + 0.02,
    );
  });

  it('gives a thread no more than one vCPU', () => {
    expect(parseRate(884.5, RATES)).toBe(50);
    expect(parseRate(3538, RATES)).toBe(100);
  });

  it('takes longer and needs more ranges for more bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (one, more) => {
        const of = (gigabytes: number) => estimateNight({ ...SHAPE, inputBytes: gigabytes * 1e9 }, RATES);
        const [less, greater] = [of(one), of(one + more)];
        expect(greater.seconds).toBeGreaterThanOrEqual(less.seconds - 1e-9 - 2);
        expect(greater.ranges).toBeGreaterThanOrEqual(less.ranges);
      }),
    );
  });

  it('prices every second of every invocation', () => {
    const prices = { lambdaGbSecond: 1, lambdaRequest: 0, stateTransition: 2 } as Prices;
    const night = {
      ...estimateNight(SHAPE, RATES),
      stages: [{ name: 'parse', seconds: 1, invocations: 3, billedSeconds: 6, memoryMb: 2048 }],
      stateTransitions: 5,
    };
    const lines = nightCosts(night, prices, 10);
    expect(lines.find(({ service }) => service === 'Lambda')).toEqual({
      service: 'Lambda',
      perNight: 12,
      perMonth: 120,
    });
    expect(lines.find(({ service }) => service === 'Step Functions')).toEqual({
      service: 'Step Functions',
      perNight: 10,
      perMonth: 100,
    });
  });

  it('counts the start of Spark', () => {
    expect(sparkNight(SHAPE, RATES, 2)).toMatchObject({
      seconds: 200,
      vcpuHours: 400 / 3600,
      gbHours: 1600 / 3600,
    });
  });
});

describe('npm run estimate', () => {
  it('has every price for every region', async () => {
    const folder = new URL('../../tools/estimate/prices/', import.meta.url);
    const tables = await Promise.all(
      (await readdir(folder)).map(async (file) => JSON.parse(await readFile(new URL(file, folder), 'utf8'))),
    );
    const names = tables.map(({ prices }) => Object.keys(prices).sort());
    expect(names[1]).toEqual(names[0]);
    for (const { prices, date, confirmed } of tables) {
      expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
      for (const price of Object.values(prices)) expect(price).toBeGreaterThan(0);
      expect(confirmed.filter((name: string) => !(name in prices))).toEqual([]);
    }
  });

  it('prints the night as JSON, and refuses a region without prices', async () => {
    const { stdout, code } = await runCommand('tools/estimate/main.ts', ['--json'], '.');
    expect(code).toBe(0);
    const { night, work } = JSON.parse(stdout) as { night: { ranges: number }; work: never };
    expect(night.ranges).toBe(750);
    expect(total(work).perNight).toBeLessThan(2);
    expect((await runCommand('tools/estimate/main.ts', ['--region', 'mars-1'], '.')).code).toBe(2);
  });
});
