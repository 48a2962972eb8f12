import { describe, expect, it } from 'vitest';
import { nightCosts, total } from '../../shared/cost/night-costs.ts';
import { type FileOfNight, workOfNight } from '../../shared/cost/night-work.ts';
import { priceTable } from '../../shared/cost/price-table.ts';
import THROUGHPUT from '../../shared/cost/throughput.json' with { type: 'json' };
import { flaggedMachine, flaggedNight } from '../../tools/simulate/night-flags.ts';
import { simulateNight } from '../../tools/simulate/simulate-night.ts';

const FLAGS = {
  ...{ region: 'sa-east-1', stage: 'prod', 'arrive-over': '0', partitions: '8', seed: '1' },
  ...{ stragglers: '0', faults: '0' },
};

describe.each([
  ['100 GB in ten files', 100e9, 10],
  ['1 GB in two files', 1e9, 2],
  ['20 MB in one file', 20e6, 1],
])('the cost of %s', (_, inputBytes, files) => {
  it('is near to that of the simulated night', async () => {
    const night = await flaggedNight(FLAGS, inputBytes, files);
    const simulated = simulateNight(await flaggedMachine(FLAGS), night, THROUGHPUT);
    const mergedFiles = simulated.mergedFiles / files;
    const ranges = simulated.ranges / files;
    const file: FileOfNight = {
      ...{ inputBytes: inputBytes / files, ranges, outputs: mergedFiles, claims: 1, isLoaded: true },
      merges: ranges === 1 ? 0 : mergedFiles,
      outputBytes: simulated.outputBytes / files,
    };
    const worked = workOfNight(Array.from({ length: files }, () => file));
    const { prices } = priceTable('sa-east-1');
    const [ours, theirs] = [worked, simulated].map((one) => total(nightCosts(one, prices, 1)).perNight);
    expect(Math.abs(ours! - theirs!) / theirs!).toBeLessThan(0.15);
    expect(worked.stateTransitions / simulated.stateTransitions).toBeCloseTo(1, 0);
  });
});
