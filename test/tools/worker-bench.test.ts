import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulateQueue } from '../../tools/worker-bench/work-queue.ts';
import {
  lineThrough,
  type MeasuredRun,
  modelOf,
  simulateRun,
} from '../../tools/worker-bench/worker-model.ts';

const MANY = Number.POSITIVE_INFINITY;
const task = (seconds: number, diskBytes = 0) => ({ seconds, diskBytes });

describe('a queue of tasks', () => {
  it('is worked off by as many as there are, each from when it is ready', () => {
    const tasks = [task(4), task(2), task(2)];
    expect(simulateQueue(tasks, [1], MANY)).toEqual({ endSeconds: 9, diskSeconds: 0, idleSeconds: 0 });
    expect(simulateQueue(tasks, [0, 0], MANY)).toEqual({ endSeconds: 4, diskSeconds: 0, idleSeconds: 0 });
    expect(simulateQueue([task(4), task(2)], [0, 1], MANY)).toEqual({
      ...{ endSeconds: 4, diskSeconds: 0, idleSeconds: 2 },
    });
  });

  it('waits for the disk once all together want more than it gives', () => {
    const tasks = [task(2, 200), task(2, 200)];
    expect(simulateQueue(tasks, [0, 0], 200)).toMatchObject({ endSeconds: 2, diskSeconds: 0 });
    expect(simulateQueue(tasks, [0, 0], 100)).toMatchObject({ endSeconds: 4, diskSeconds: 4 });
    expect(simulateQueue(tasks, [0], 100)).toMatchObject({ endSeconds: 4, diskSeconds: 0 });
  });

  it('is never faster than its work, its longest task and the disk allow', () => {
    const anyTask = fc.record({
      seconds: fc.double({ min: 0.01, max: 5, noNaN: true }),
      diskBytes: fc.nat(1000),
    });
    fc.assert(
      fc.property(
        fc.array(anyTask, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 50, max: 5000 }),
        (tasks, workers, disk) => {
          const { endSeconds } = simulateQueue(
            tasks,
            Array.from({ length: workers }, () => 0),
            disk,
          );
          const work = tasks.reduce((sum, { seconds }) => sum + seconds, 0);
          const bytes = tasks.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
          const least = Math.max(work / workers, bytes / disk, ...tasks.map(({ seconds }) => seconds));
          expect(endSeconds).toBeGreaterThan(least - 1e-6);
          // Greedy, and slowed down by the disk at most as long as it takes its bytes.
          const longest = Math.max(...tasks.map(({ seconds }) => seconds));
          expect(endSeconds).toBeLessThan(work / workers + longest + bytes / disk + 1e-6);
        },
      ),
    );
  });
});

describe('the model of a conversion', () => {
  it.each([
    { at: [1, 2, 5], seconds: (amount: number) => 3 + amount * 2, line: [3, 2] },
    { at: [4], seconds: () => 8, line: [8, 0] },
    { at: [1, 2], seconds: (amount: number) => amount * 5 - 2, line: [0, 5.5 / 1.5] },
  ])('finds the line through points at $at, and no negative part of it', ({ at, seconds, line }) => {
    const found = lineThrough(at.map((amount) => ({ amount, seconds: seconds(amount) })));
    for (const [index, value] of line.entries()) expect(found[index]).toBeCloseTo(value);
  });

  /** A conversion of 1,000 bytes: 1 s before, ranges of 0.5 s and 0.01 s a byte, then 1 s and 0.01 s a file. */
  const run = (workers: number, ranges: number): MeasuredRun => {
    const taskSeconds = 0.5 + 10 / ranges;
    const tasks = Array.from({ length: ranges }, (_, index) => {
      const beginSeconds = workers === 1 ? 1 + index * taskSeconds : 1 + index * 0.25;
      const bytes = { inputBytes: 1000 / ranges, outputBytes: 300 / ranges };
      return { ...bytes, beginSeconds, endSeconds: beginSeconds + taskSeconds };
    });
    const lastSeconds = Math.max(...tasks.map(({ endSeconds }) => endSeconds));
    const wallSeconds = lastSeconds + 1 + 0.01 * 9 * ranges + 300 * 0.001;
    return { workers, wallSeconds, inputBytes: 1000, lakeFiles: 9 * ranges, lakeBytes: 300, tasks };
  };
  const model = modelOf([run(1, 1), run(1, 10), run(2, 2)], 0.001);

  it('is read from conversions, and plays them again', () => {
    const expected: typeof model = {
      beforeSeconds: 1,
      threadSeconds: 0.25,
      taskSeconds: 0.5,
      taskSecondsPerByte: 0.01,
      afterSeconds: 1,
      afterSecondsPerFile: 0.01,
      proofSecondsPerByte: 0.001,
      outputShare: 0.3,
      filesPerRange: 9,
    };
    for (const [name, value] of Object.entries(expected))
      expect(model[name as keyof typeof model], name).toBeCloseTo(value);
    for (const ranges of [1, 10]) {
      const played = simulateRun(model, { inputBytes: 1000, rangeBytes: 1000 / ranges }, 1, MANY);
      expect(played.wallSeconds).toBeCloseTo(run(1, ranges).wallSeconds);
    }
    const two = simulateRun(model, { inputBytes: 1000, rangeBytes: 500 }, 2, MANY);
    // The proof is shared by both.
    expect(two.wallSeconds).toBeCloseTo(run(2, 2).wallSeconds - 0.15);
  });

  it('says what does not become shorter with more workers', () => {
    const played = [1, 2, 4, 8, 16].map((workers) =>
      simulateRun(model, { inputBytes: 1000, rangeBytes: 1000 / workers }, workers, MANY),
    );
    const times = played.map(({ wallSeconds }) => wallSeconds);
    expect(times.slice(0, 4)).toEqual(times.slice(0, 4).toSorted((a, b) => b - a));
    // Sixteen workers leave so many files that publishing them takes longer than the eight workers more save.
    expect(times[4]).toBeGreaterThan(times[3]!);
    for (const { workers, ranges, serialSeconds } of played) {
      expect(ranges).toBe(workers);
      expect(serialSeconds).toBeCloseTo(2 + 0.09 * ranges);
    }
    expect(simulateRun(model, { inputBytes: 1000, rangeBytes: 100 }, 10, 30).diskSeconds).toBeGreaterThan(0);
  });
});
