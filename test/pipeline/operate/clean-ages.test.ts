import { describe, expect, it } from 'vitest';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { recordFailure } from '../../../shared/pipeline/watch/record-failure.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

const HOUR = 3_600_000;
const BEGIN = Date.parse('2025-08-13T06:00:00Z');

/** A lake in which a file was replaced an hour after it came. */
async function replacedFile(lake: TestLake) {
  const { load, keysBelow, ids } = smallDay(lake);
  const at = (hours: number, ms = 0) => {
    lake.ports.clock = { now: () => new Date(BEGIN + hours * HOUR + ms) };
  };
  await load(KEY, smallFile(smallLine('A1', 1)));
  at(1);
  await load(KEY, smallFile(smallLine('A2', 1)));
  const clean = (runs: number, generations: number, dryRun = false) =>
    cleanLake(lake.ports, {
      runsOlderThanMs: runs * HOUR,
      generationsOlderThanMs: generations * HOUR,
      dryRun,
    });
  return { at, clean, keysBelow, ids };
}

describe('what is old enough to be removed', () => {
  it('is a generation, so long after it was replaced and not after it was made', async () => {
    await using lake = await TestLake.make();
    const { at, clean, keysBelow, ids } = await replacedFile(lake);
    const first = (await keysBelow('processed/small/')).filter((key) => key.includes('gen=00001'));
    expect(first).toHaveLength(1);
    at(3, -1);
    expect((await clean(9, 2)).removed).toEqual([]);
    at(3);
    const { sizeBytes } = (await lake.ports.lake.head(first[0]!))!;
    expect((await clean(9, 2, true)).removed).toHaveLength(1);
    expect(await keysBelow('processed/small/')).toEqual(expect.arrayContaining(first));
    const [removed, ...others] = (await clean(9, 2)).removed;
    expect(others).toEqual([]);
    expect(removed).toMatchObject({ what: 'generation', objects: 1, bytes: sizeBytes });
    expect(removed?.why).toContain('replaced by commit 2 at 2025-08-13T07:00:00.000Z');
    expect(await keysBelow('processed/small/')).not.toEqual(expect.arrayContaining(first));
    expect(await ids()).toEqual(['A2']);
  });

  it('is the note that an execution failed before its file had an entry, so long after it failed', async () => {
    await using lake = await TestLake.make();
    const { at, clean, keysBelow } = await replacedFile(lake);
    const ended = { status: 'FAILED', error: 'TypeError', cause: 'a defect', redriveCount: 0 };
    at(2);
    await recordFailure(lake.ports, { execution: 'early', ...ended });
    const notes = async () => (await keysBelow('runs/')).filter((key) => key.endsWith('.failed.json')).length;
    at(5, -1);
    await clean(3, 9);
    expect(await notes()).toBe(1);
    at(5);
    await clean(3, 9);
    expect(await notes()).toBe(0);
  });

  it('is a run, so long after it began, with the execution that worked on it', async () => {
    await using lake = await TestLake.make();
    const { at, clean, keysBelow, ids } = await replacedFile(lake);
    const runs = async () => new Set((await keysBelow('runs/')).map((key) => key.split('/')[1])).size;
    expect(await runs()).toBe(3);
    at(2, -1);
    expect((await clean(2, 9)).removed).toEqual([]);
    at(2);
    const before = await keysBelow('runs/');
    const { removed } = await clean(2, 9);
    expect(removed.map(({ what }) => what).sort()).toEqual(['execution', 'run']);
    const after = await keysBelow('runs/');
    expect(removed.reduce((sum, { objects }) => sum + objects, 0)).toBe(before.length - after.length);
    expect(await runs()).toBe(2);
    at(3);
    await clean(2, 9);
    expect(await runs()).toBe(0);
    expect(await ids()).toEqual(['A2']);
  });
});
