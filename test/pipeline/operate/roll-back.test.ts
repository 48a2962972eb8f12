import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY, smallDay } from '../../support/small-day.ts';

describe('rolling back', () => {
  const first = smallFile(smallLine('A1', 1), smallLine('B1', 1, 'B'));
  const second = smallFile(smallLine('A2', 1));

  it('brings back the version before, and loads the other again only if forced', async () => {
    await using lake = await TestLake.make();
    const { ids, load, refusalOf } = smallDay(lake);
    await load(KEY, first);
    await load(KEY, second);
    expect(await ids()).toEqual(['A2']);
    const outcome = await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong file' });
    expect(outcome).toMatchObject({ commit: 3 });
    expect(await ids()).toEqual(['A1', 'B1']);
    const again = await lake.convert({ layout: smallLayout(), sourceKey: KEY });
    expect(await refusalOf(again)).toBe('rolled-back');
    expect(await ids()).toEqual(['A1', 'B1']);
    await lake.convert({ layout: smallLayout(), sourceKey: KEY, force: true });
    expect(await ids()).toEqual(['A2']);
  });

  it('to a version that was taken back before makes it one like any other', async () => {
    await using lake = await TestLake.make();
    const { entryOf, ids, load, refusalOf } = smallDay(lake);
    await load(KEY, first);
    await load(KEY, second);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong file' });
    await rollBack(lake.ports, { ...DAY, toCommit: 2, reason: 'it was right' });
    expect(await ids()).toEqual(['A2']);
    await load(KEY, smallFile(smallLine('A3', 1)));
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong file' });
    await lake.putRaw(KEY, second);
    const otherLayout = smallLayout({ description: 'another text', compression: 'none' });
    const again = await lake.convert({ layout: otherLayout, sourceKey: KEY });
    expect(await refusalOf(again)).toBeUndefined();
    expect((await entryOf(again)).rolledBack).toMatchObject([
      { reason: 'it was right' },
      { reason: 'wrong file' },
    ]);
  });

  it('after it was loaded again by force does not hinder its conversion by another layout', async () => {
    await using lake = await TestLake.make();
    const { load, refusalOf } = smallDay(lake);
    await load(KEY, first);
    await load(KEY, second);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong file' });
    await load(KEY, second, { force: true });
    const otherLayout = smallLayout({ compression: 'none' });
    expect(await refusalOf(await load(KEY, second, {}, otherLayout))).toBeUndefined();
  });

  it('to the same bytes as another layout made them is not undone by the next run with the layout that was taken back', async () => {
    await using lake = await TestLake.make();
    const { load, refusalOf, entryOf } = smallDay(lake);
    const wrong = { layout: smallLayout({ compression: 'none' }), sourceKey: KEY };
    const { runId } = await entryOf(await load(KEY, first));
    await lake.convert(wrong);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong layout' });
    const again = await lake.convert(wrong);
    expect(await refusalOf(again)).toBe('rolled-back');
    expect((await entryOf(again)).loaded?.runId).toBe(runId);
  });

  it('of a whole day goes back commit by commit', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, first);
    await load(KEY, second);
    await load('g_20250812.txt', smallFile(smallLine('G1', 1)));
    expect(await rollBack(lake.ports, { ...DAY, reason: 'x' })).toMatchObject({ commit: 4, restores: 2 });
    expect(await ids()).toEqual(['A2']);
    expect(await rollBack(lake.ports, { ...DAY, reason: 'x' })).toMatchObject({ commit: 5, restores: 1 });
    expect(await ids()).toEqual(['A1', 'B1']);
    await expect(rollBack(lake.ports, { ...DAY, reason: 'x' })).rejects.toMatchObject({ name: 'UsageError' });
    await rollBack(lake.ports, { ...DAY, toCommit: 3, reason: 'after all' });
    expect(await ids()).toEqual(['A2', 'G1']);
  });

  it('of a whole day leaves loaded what only waits for the day', async () => {
    await using lake = await TestLake.make();
    const { ids, load, entryOf } = smallDay(lake);
    const layout = readLayout(smallLayout(), 'small.json');
    const partial = { reason: 'bank holiday' };
    lake.ports.settings.expectedFiles = 4;
    await load(KEY, first);
    await publishDay(lake.ports, layout, DATE, { partial });
    await load(KEY, second);
    await publishDay(lake.ports, layout, DATE, { partial });
    const waiting = await load('g_20250812.txt', smallFile(smallLine('G1', 1)));
    const fix = { supplementOf: 'r_20250812.txt' };
    await load('r_20250812.txt', smallFile(smallLine('R1', 1), smallLine('R2', 'X')));
    const { loaded: ofFix } = await entryOf(await load('s_20250812.txt', smallFile(smallLine('R2', 2)), fix));
    const { loaded } = await entryOf(waiting);
    await rollBack(lake.ports, { ...DAY, toCommit: 1, reason: 'x' });
    expect(await ids()).toEqual(['A1', 'B1']);
    expect((await entryOf(waiting)).loaded).toEqual(loaded);
    expect(loaded).toBeDefined();
    expect(ofFix).toBeDefined();
    lake.ports.settings.expectedFiles = 3;
    await publishDay(lake.ports, layout, DATE);
    expect(await ids()).toEqual(['A1', 'B1', 'G1', 'R1', 'R2']);
  });

  it('that dies after its commit is finished by the next publication', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, first);
    await load(KEY, second);
    const { catalog } = lake.ports;
    lake.ports.catalog = { ...catalog, publishDay: () => Promise.reject(new Error('killed')) };
    const { lake: store } = lake.ports;
    lake.ports.lake = Object.assign(Object.create(store), {
      putIf: () => Promise.reject(new Error('killed')),
    });
    await expect(rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' })).rejects.toThrow('killed');
    Object.assign(lake.ports, { catalog, lake: store });
    expect(await ids()).toEqual(['A2']);
    await publishDay(lake.ports, readLayout(smallLayout(), 'small.json'), DATE);
    expect(await ids()).toEqual(['A1', 'B1']);
  });

  it('works from generations when runs are removed, and says so when those are removed too', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, first);
    await load(KEY, second);
    const clean = { runsOlderThanMs: 0, dryRun: false };
    await cleanLake(lake.ports, { ...clean, generationsOlderThanMs: 1000 });
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    expect(await ids()).toEqual(['A1', 'B1']);
    await cleanLake(lake.ports, { ...clean, generationsOlderThanMs: 0 });
    await expect(rollBack(lake.ports, { ...DAY, toCommit: 2, reason: 'x' })).rejects.toThrow(/--force/);
    expect(await ids()).toEqual(['A1', 'B1']);
  });

  it('can take a file out of its day', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, first);
    await load('g_20250812.txt', second);
    await expect(rollBack(lake.ports, { ...DAY, file: 'g_20250812.txt', reason: 'x' })).rejects.toThrow(
      /--remove/,
    );
    await rollBack(lake.ports, { ...DAY, file: 'g_20250812.txt', remove: true, reason: 'x' });
    expect(await ids()).toEqual(['A1', 'B1']);
  });
});
