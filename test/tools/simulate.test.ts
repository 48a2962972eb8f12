import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deployedDefinition } from '../../local/state-machine/definition.ts';
import THROUGHPUT from '../../shared/cost/throughput.json' with { type: 'json' };
import { FUNCTION_NAMES } from '../../shared/operations/metrics-table.ts';
import { EventLoop, type Process } from '../../tools/simulate/event-loop.ts';
import {
  changedMachine,
  type Machine,
  readMachine,
  THROTTLED,
  type WhatIf,
} from '../../tools/simulate/machine-definition.ts';
import { type Night, parseRate, type Throughput } from '../../tools/simulate/night.ts';
import { regionQuotas } from '../../tools/simulate/region-quotas.ts';
import { simulateNight } from '../../tools/simulate/simulate-night.ts';
import { stageSettings } from '../../tools/simulate/stage-settings.ts';
import { TokenBucket } from '../../tools/simulate/token-bucket.ts';

/** A world in which only the reading of ranges takes time: 10 MB a second. */
const RATES: Throughput = {
  parseMegabytesPerSecond: 1e9,
  bytesOutPerByteIn: 0,
  parserInitMs: 0,
  sparkMegabytesPerSecondPerVcpu: 1,
  assumptions: {
    vcpuOfThisMachine: 1,
    s3MegabytesPerSecond: 10,
    mergeMegabytesPerSecond: 1e9,
    ...{ s3RequestMs: 0, eventMs: 0, stateMs: 0, mapStartMs: 0, mapEndMs: 0, catalogMs: 0 },
    ...{ expressMb: 64, sparkStartSeconds: 0, sparkGbPerVcpu: 4 },
  },
};
const ENDLESS = { bucketSize: 1e9, refillPerSecond: 1e9 };
/** Ten ranges of 10 MB, a second each. */
const NIGHT: Night = {
  ...{ inputBytes: 100e6, files: 1, arrivalSeconds: 0, partitions: 1, rangeSizeBytes: 10e6 },
  ...{ parserMemoryMb: 1769, otherMemoryMb: 1024, reserved: {}, functionTimeouts: {} },
  ...{ publication: 'day', seed: 1, stragglers: 0, faults: 0 },
  quotas: {
    ...{ eventsPerSecond: 1e9, startExecution: ENDLESS, stateTransition: ENDLESS, openMapRuns: 1e9 },
    ...{ childrenOfMap: 1e9, accountConcurrency: 1e9, environmentsPerFunction: ENDLESS },
    ...{ expressSeconds: 300, historyEvents: 1e9 },
    ...{ s3PutsPerSecond: 1e9, s3GetsPerSecond: 1e9 },
  },
  code: {
    ...{ startAttempts: 3, dayReads: 'own', copiesAtOnce: 64, copies: 'own', onlyParts: 'copied' },
    ...{ uploadPartBytes: 8 << 20, prefixes: 1 },
  },
};
const FREE: WhatIf = { maxConcurrency: 1e9 };
const deployed = readMachine(await deployedDefinition(), FUNCTION_NAMES);

function played(changes: Partial<Night>, whatIf: WhatIf = FREE, rates = RATES, machine: Machine = deployed) {
  return simulateNight(changedMachine(machine, whatIf), { ...NIGHT, ...changes }, rates);
}

const quotas = (changes: Partial<Night['quotas']>) => ({ quotas: { ...NIGHT.quotas, ...changes } });

describe('a single limit gives the time that is worked out by hand', () => {
  it('MaxConcurrency: ten seconds of work in three lanes are four rounds', () => {
    expect(played({}, { maxConcurrency: 3 }).timeToSqlSeconds).toBeCloseTo(4);
    expect(played({}).timeToSqlSeconds).toBeCloseTo(1);
    expect(played({}, { maxConcurrency: 3 }).limits).toMatchObject([
      {
        name: 'MaxConcurrency of ParseRanges',
        firstAtSeconds: 0,
        waits: 7,
        waitedSeconds: 3 * 1 + 3 * 2 + 3,
      },
    ]);
  });

  it('state transitions: those above the bucket come at the rate of its refill', () => {
    const cut = { files: 40, rangeSizeBytes: 1e6 };
    const bucket = quotas({ stateTransition: { bucketSize: 100, refillPerSecond: 50 } });
    const night = played({ ...cut, ...bucket }, { ...FREE, children: 'standard' });
    // Of a file: its start, nine states, its end; and three of each of its three children.
    expect(night.stateTransitions).toBe(40 * (11 + 3 * 3));
    const byHand = (night.stateTransitions - 100) / 50;
    expect(night.endedAtSeconds).toBeGreaterThanOrEqual(byHand - 1e-6);
    expect(night.endedAtSeconds).toBeLessThan(byHand + 1.1);
    expect(played(cut).stateTransitions).toBe(40 * 11);
    expect(played(cut)).toMatchObject({ expressRequests: 120 });
    // Of one range: no map; and if its parts are taken as they are, no merges.
    expect(played({ files: 40 }).stateTransitions).toBe(40 * 11);
    const taken: Night['code'] = { ...NIGHT.code, onlyParts: 'taken' };
    expect(played({ files: 40, code: taken })).toMatchObject({
      ...{ stateTransitions: 40 * 9, expressRequests: 0, openMapRuns: 0, mergedFiles: 40 },
    });
  });

  it('new environments: a thousand at once, and a hundred more a second', () => {
    const big = { inputBytes: 1100e6, rangeSizeBytes: 1e6, ...environments };
    const night = played(big, { ...FREE, throttledAttempts: 60 }, { ...RATES, assumptions: slow });
    expect(night).toMatchObject({ ranges: 1100, filesLost: 0 });
    // 1,000 run for ten seconds; 100 are turned away and come again, at the latest 30 s later.
    expect(night.timeToSqlSeconds).toBeGreaterThan(10 + 1);
    expect(night.limits[0]).toMatchObject({
      name: 'Lambda: new environments of parser',
      refused: expect.any(Number),
    });
    expect(night.parsersAtOnce).toBeGreaterThan(1000);
  });

  it('writes of S3: as many a second as a prefix takes', () => {
    const night = played({ inputBytes: 1000e6, ...quotas({ s3PutsPerSecond: 100 }) }, FREE, {
      ...RATES,
      assumptions: { ...RATES.assumptions, s3MegabytesPerSecond: 1e9 },
    });
    const ofRuns = night.s3Puts - 10;
    expect(night.timeToSqlSeconds).toBeGreaterThan((ofRuns - 100) / 100 - 0.5);
    expect(night.timeToSqlSeconds).toBeLessThan(night.s3Puts / 100);
    expect(night.limits[0]?.name).toBe('S3: writes of runs');
  });

  it('open map runs: files go through the map one after the other', () => {
    const night = played({ files: 5, ...quotas({ openMapRuns: 1 }) });
    expect(night.timeToSqlSeconds).toBeCloseTo(5);
    expect(night.openMapRuns).toBe(1);
  });

  it('lanes of a map inside the execution: 40, whatever MaxConcurrency says', () => {
    const night = played({ rangeSizeBytes: 1e6 }, { maxConcurrency: 1e9, children: 'inline' });
    expect(night.timeToSqlSeconds).toBeCloseTo(Math.ceil(100 / 40) * 0.1);
    expect(night).toMatchObject({ parsersAtOnce: 40, openMapRuns: 0 });
  });

  it('events of a history: an execution that has too many is lost', () => {
    const ranges = { rangeSizeBytes: 1e6 };
    const inline: WhatIf = { children: 'inline' };
    // A hundred ranges, a merge and three other tasks.
    expect(played(ranges, inline).historyEvents).toBe(5 * 104);
    expect(played({ ...ranges, ...quotas({ historyEvents: 519 }) }, inline)).toMatchObject({ filesLost: 1 });
    expect(played({ ...ranges, ...quotas({ historyEvents: 520 }) }, inline)).toMatchObject({ filesLost: 0 });
  });

  it('starts of executions: what the SDK gives up on comes again after one and two minutes, then it is a dead letter', () => {
    const starts = { bucketSize: 10, refillPerSecond: 1e-9 };
    const night = played({ files: 12, ...quotas({ startExecution: starts }) });
    expect(night).toMatchObject({ filesLoaded: 10, filesNotStarted: 2, timeToSqlSeconds: null });
    expect(night.endedAtSeconds).toBeGreaterThan(180);
  });
});

const slow = { ...RATES.assumptions, s3MegabytesPerSecond: 0.1 };
const environments = quotas({ environmentsPerFunction: { bucketSize: 1000, refillPerSecond: 100 } });

describe('a night', () => {
  const nights = fc.record({
    files: fc.integer({ min: 1, max: 12 }),
    inputBytes: fc.integer({ min: 1, max: 300e6 }),
    parsers: fc.integer({ min: 1, max: 8 }),
    account: fc.integer({ min: 10, max: 40 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    faults: fc.constantFrom(0, 0.01, 0.3),
    attempts: fc.constantFrom(0, 3, 60),
    publication: fc.constantFrom('day' as const, 'file' as const),
  });
  const nightOf = ({ files, inputBytes, parsers, account, seed, faults, publication }: FcNight) => ({
    ...{ files, inputBytes, seed, faults, publication, stragglers: 0.05, reserved: { parser: parsers } },
    ...quotas({ accountConcurrency: account }),
  });
  type FcNight = typeof nights extends fc.Arbitrary<infer Value> ? Value : never;

  it('loses sight of no file, and is published if and only if all are loaded', () => {
    fc.assert(
      fc.property(nights, (drawn) => {
        const night = played(nightOf(drawn), { throttledAttempts: drawn.attempts });
        const { filesLoaded, filesLost, filesNotStarted, timeToSqlSeconds, functions } = night;
        expect(filesLoaded + filesLost + filesNotStarted).toBe(drawn.files);
        expect(timeToSqlSeconds === null).toBe(filesLoaded < drawn.files);
        const parser = functions.find(({ name }) => name === 'parser');
        if (timeToSqlSeconds !== null && parser)
          expect(parser.invocations - parser.failed).toBe(night.ranges);
        expect(night.parsersAtOnce).toBeLessThanOrEqual(drawn.parsers);
      }),
      { numRuns: 25 },
    );
  });

  it('is the same for the same seed', () => {
    const lucky = (seed: number) => played({ files: 5, seed, stragglers: 0.2, faults: 0.05 });
    expect(lucky(3)).toEqual(lucky(3));
    expect(lucky(3)).not.toEqual(lucky(4));
  });

  it('wastes no lane while a range waits, and is not slower with more lanes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400e6 }),
        fc.integer({ min: 1, max: 20 }),
        (inputBytes, lanes) => {
          const of = (maxConcurrency: number) => played({ inputBytes, stragglers: 0.2 }, { maxConcurrency });
          const night = of(lanes);
          const { billedSeconds = 0 } = night.functions.find(({ name }) => name === 'parser') ?? {};
          // Graham's bound of list scheduling: work ÷ lanes, and the longest of the calls, at most four seconds.
          expect(night.timeToSqlSeconds).toBeLessThanOrEqual(billedSeconds / lanes + 4 + 1e-6);
          expect(night.timeToSqlSeconds).toBeGreaterThanOrEqual(billedSeconds / lanes - 1e-6);
          if (lanes >= 20) expect(night.timeToSqlSeconds).toBeLessThanOrEqual(of(1).timeToSqlSeconds! + 1e-6);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is not slower with more lanes if all ranges are alike', () => {
    const times = [1, 2, 3, 5, 10, 40].map(
      (maxConcurrency) => played({}, { maxConcurrency }).timeToSqlSeconds!,
    );
    expect(times).toEqual([...times].sort((one, other) => other - one));
  });

  it('loses a file whose throttled ranges have too few attempts, and none if they have enough', () => {
    const crowded = { inputBytes: 500e6, reserved: { parser: 1 } };
    const without = changedMachine(deployed, { ...FREE, throttledAttempts: 0 });
    const lost = played(crowded, { throttledAttempts: 0 }, RATES, without);
    expect(lost).toMatchObject({ filesLost: 1, timeToSqlSeconds: null });
    expect(lost.errors[THROTTLED]).toBeGreaterThan(0);
    const kept = played(crowded, { ...FREE, throttledAttempts: 60 });
    expect(kept).toMatchObject({ filesLost: 0 });
    expect(kept.timeToSqlSeconds).toBeGreaterThanOrEqual(50 - 1e-6);
  });

  it('stops EXPRESS children after five minutes, and functions at their time', () => {
    // Two ranges of 200 s each: their children have time for one of the tries that the definition lets take 140 s.
    const long = { rangeSizeBytes: 2e9, inputBytes: 4e9 };
    expect(played(long)).toMatchObject({ filesLost: 1 });
    expect(played(long, { ...FREE, secondStartSeconds: 1000 })).toMatchObject({ filesLost: 0 });
    expect(played({ ...long, inputBytes: 2e9 })).toMatchObject({ filesLost: 0 });
    const cutOff = { ...long, inputBytes: 2e9, functionTimeouts: { parser: 190 } };
    expect(played(cutOff)).toMatchObject({ filesLost: 1 });
  });

  it('keeps the environment of a call that its state has given up', () => {
    // One parser at a time: a range of ten seconds, given up after four, is in the way of the second try.
    const night = played(
      { inputBytes: 200e6, rangeSizeBytes: 100e6, reserved: { parser: 1 } },
      { maxConcurrency: 1, secondStartSeconds: 4 },
    );
    expect(night.limits.map(({ name }) => name)).toContain('Lambda: concurrency reserved for parser');
  });

  it('starts the lots of merges inside the execution, without a map run', () => {
    const night = played({ partitions: 100, rangeSizeBytes: 50e6 });
    const merger = night.functions.find(({ name }) => name === 'merger');
    expect(merger?.invocations).toBe(60);
    expect(night).toMatchObject({ mergedFiles: 100, openMapRuns: 1 });
  });

  it('does batches of ranges in one call', () => {
    const night = played({}, { ...FREE, rangesPerChild: 4 });
    expect(night.timeToSqlSeconds).toBeCloseTo(4);
    expect(night.functions.find(({ name }) => name === 'parser')?.invocations).toBe(3);
  });
});

describe('the simulator reads what is deployed', () => {
  it('the definition, with the retries of every task of its children', () => {
    for (const state of deployed.states.values()) {
      if (state.type !== 'map') continue;
      const [child] = [...state.children.states.values()];
      expect(child).toMatchObject({ type: 'task' });
      const retriers = child?.type === 'task' ? child.retriers : [];
      expect(retriers.some(({ errors, maxAttempts }) => errors.includes(THROTTLED) && maxAttempts > 0)).toBe(
        true,
      );
    }
    const maps = [...deployed.states.values()].flatMap((state) => (state.type === 'map' ? [state] : []));
    expect(maps.map(({ name, inline, express }) => ({ name, inline, express }))).toEqual([
      { name: 'ParseRanges', inline: false, express: true },
      { name: 'MergePartitions', inline: true, express: false },
    ]);
  });

  it('the stage, with the time and concurrency of functions', async () => {
    const prod = await stageSettings('prod');
    expect(prod).toMatchObject({ rangeSizeBytes: 201_326_592, parserMemoryMb: 1769, publication: 'day' });
    expect(prod.functionTimeouts).toMatchObject({ parser: 300, splitter: expect.any(Number) });
    expect(prod.reserved.parser).toBeGreaterThan(100);
    expect(await stageSettings('dev')).toMatchObject({ publication: 'file' });
    await expect(stageSettings('mars')).rejects.toThrow("there is no stage 'mars'");
  });

  it('refuses a state that it has no model of', () => {
    const wait = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 5 } } };
    expect(() => readMachine(wait, FUNCTION_NAMES)).toThrow('states of type Wait');
    expect(() => regionQuotas('mars-1')).toThrow('mars-1');
  });

  it('the rate that the benchmark measured: on two lanes, as on two cores, a file takes half as long', () => {
    const rates = {
      ...RATES,
      parseMegabytesPerSecond: THROUGHPUT.parseMegabytesPerSecond,
      assumptions: { ...RATES.assumptions, s3MegabytesPerSecond: 1e9 },
    };
    const file = { inputBytes: 400e6, rangeSizeBytes: 25e6 };
    const oneThread = 400 / THROUGHPUT.parseMegabytesPerSecond;
    expect(played(file, { maxConcurrency: 1 }, rates).timeToSqlSeconds).toBeCloseTo(oneThread);
    expect(played(file, { maxConcurrency: 2 }, rates).timeToSqlSeconds).toBeCloseTo(oneThread / 2);
  });

  it('gives a thread no more than one vCPU', () => {
    const rates = { ...RATES, parseMegabytesPerSecond: 100 };
    expect(parseRate(884.5, rates)).toBe(50);
    expect(parseRate(3538, rates)).toBe(100);
  });
});

describe('the clock and the buckets', () => {
  it('moments come in their order, and those of one moment as they were planned', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (delays) => {
        const loop = new EventLoop();
        const seen: [number, number][] = [];
        function* one(delay: number, index: number): Process {
          yield loop.sleep(delay);
          seen.push([loop.nowSeconds, index]);
        }
        for (const [index, delay] of delays.entries()) loop.start(one(delay, index));
        loop.run();
        const expected = delays.map((delay, index): [number, number] => [delay, index]);
        expect(seen).toEqual(expected.sort(([a, i], [b, j]) => a - b || i - j));
      }),
    );
  });

  it('a bucket hands out what it has, and then its refill', () => {
    const bucket = new TokenBucket({ bucketSize: 10, refillPerSecond: 2 });
    const at = Array.from({ length: 14 }, () => bucket.book(0, 1));
    expect(at).toEqual([...Array(10).fill(0), 0.5, 1, 1.5, 2]);
    expect(bucket.tryTake(2)).toBe(false);
    expect(bucket.tryTake(2.5)).toBe(true);
    expect(bucket.book(1000, 10)).toBe(1000);
  });
});
