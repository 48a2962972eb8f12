import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { nightCosts, total } from '../../shared/cost/night-costs.ts';
import type { Prices } from '../../shared/cost/price-table.ts';
import THROUGHPUT from '../../shared/cost/throughput.json' with { type: 'json' };
import { sparkNight } from '../../tools/estimate/spark-night.ts';
import { runCommand } from '../support/run-command.ts';

describe('the costs of a night', () => {
  it('prices every second of every invocation', () => {
    const prices = {
      ...{ lambdaGbSecond: 1, lambdaRequest: 0, stateTransition: 2, expressRequest: 3, expressGbSecond: 4 },
    } as Prices;
    const night = {
      functions: [{ invocations: 3, billedSeconds: 6, memoryMb: 2048 }],
      ...{ stateTransitions: 5, expressRequests: 2, expressGbSeconds: 0.5, s3Puts: 0, s3Gets: 0 },
    };
    const lines = nightCosts(night, prices, 10);
    expect(lines.find(({ service }) => service === 'Lambda')).toEqual({
      service: 'Lambda',
      perNight: 12,
      perMonth: 120,
    });
    expect(lines.find(({ service }) => service === 'Step Functions')).toEqual({
      service: 'Step Functions',
      perNight: 10 + 6 + 2,
      perMonth: 180,
    });
  });

  it('counts the start of Spark', () => {
    const assumptions = { ...THROUGHPUT.assumptions, sparkStartSeconds: 100 };
    const rates = { ...THROUGHPUT, assumptions, sparkMegabytesPerSecondPerVcpu: 10 };
    expect(sparkNight(2_000_000_000, rates, 2)).toMatchObject({
      seconds: 200,
      vcpuHours: 400 / 3600,
      gbHours: 1600 / 3600,
    });
  });
});

describe('npm run estimate', () => {
  it('has every price for every region', async () => {
    const folder = new URL('../../shared/cost/prices/', import.meta.url);
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
    const { stdout, code } = await runCommand('estimate', ['--json', '--bytes', '0.1TB'], '.');
    expect(code).toBe(0);
    const { night, work } = JSON.parse(stdout) as { night: { ranges: number }; work: never };
    expect(night.ranges).toBe(500);
    expect(total(work).perNight).toBeLessThan(2);
    expect((await runCommand('estimate', ['--region', 'mars-1'], '.')).code).toBe(2);
  });
});
