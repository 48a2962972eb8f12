import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, KEY, smallDay } from '../../support/small-day.ts';

describe('publishing a day', () => {
  it('in part is flagged, and completed when the rest arrives', async () => {
    await using lake = await TestLake.make();
    const { commits, ids, load } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    await load(KEY, smallFile(smallLine('A1', 1)));
    const layout = readLayout(smallLayout(), 'small.json');
    expect(await publishDay(lake.ports, layout, DATE)).toMatchObject({ published: false });
    const outcome = await publishDay(lake.ports, layout, DATE, { partial: { reason: 'bank holiday' } });
    expect(outcome).toMatchObject({ published: true, commit: 1 });
    const [first] = await commits();
    expect(first?.partial).toEqual({ reason: 'bank holiday', missing: '1 of 2 files' });
    expect((await dayStatus(lake.ports, 'small', DATE)).published?.partial?.reason).toBe('bank holiday');
    expect(lake.notifications.join()).toContain('bank holiday');
    await load('g_20250812.txt', smallFile(smallLine('G1', 1)));
    const [, second] = await commits();
    expect(second).toBeDefined();
    expect(second?.partial).toBeUndefined();
    expect(await ids()).toEqual(['A1', 'G1']);
  });

  it('in part becomes a whole one if no more files are expected', async () => {
    await using lake = await TestLake.make();
    const { commits, ids, load } = smallDay(lake);
    const layout = readLayout(smallLayout(), 'small.json');
    lake.ports.settings.expectedFiles = 2;
    await load(KEY, smallFile(smallLine('A1', 1)));
    await publishDay(lake.ports, layout, DATE, { partial: { reason: 'bank holiday' } });
    expect(await publishDay(lake.ports, layout, DATE)).toMatchObject({ commit: 1 });
    lake.ports.settings.expectedFiles = 1;
    expect(await publishDay(lake.ports, layout, DATE)).toMatchObject({ published: true, commit: 2 });
    expect((await commits()).map(({ partial }) => partial !== undefined)).toEqual([true, false]);
    expect(await publishDay(lake.ports, layout, DATE)).toMatchObject({ commit: 2 });
    expect(await ids()).toEqual(['A1']);
  });

  it('after each of many files copies each of them once, if readers are told every file', async () => {
    await using lake = await TestLake.make();
    const { commits, ids, keysBelow, load } = smallDay(lake);
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    for (const name of names) await load(`${name}_20250812.txt`, smallFile(smallLine(name, 1)));
    expect(await ids()).toEqual(names);
    expect(await commits()).toHaveLength(6);
    expect(await keysBelow('processed/')).toHaveLength(6);
    const objects = (await commits()).at(-1)?.tables[0]?.partitions[0]?.objects ?? [];
    expect(objects.map(({ key }) => /gen=\d+/.exec(key)?.[0])).toEqual(
      names.map((_, index) => `gen=0000${index + 1}`),
    );
  });

  it('that differs much from the business day before warns, by rows or by value', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    const layout = smallLayout({
      day: { maxChangePercent: 50 },
      controlTotals: [{ dayManifest: 'soma', equals: 'sum(amount)' }],
    });
    await load('f_20250808.txt', smallFile(smallLine('A1', 100), smallLine('A2', 100)), {}, layout);
    const same = await load(
      'f_20250811.txt',
      smallFile(smallLine('A1', 140), smallLine('A2', 150)),
      {},
      layout,
    );
    expect(same.day?.warnings).toBeUndefined();
    const far = await load(KEY, smallFile(smallLine('A1', 1_000_000), smallLine('A2', 1)), {}, layout);
    expect(far.day?.warnings).toEqual([
      'sum(amount) is 10000.01, and was 2.90 on 2025-08-11 (more than 50 % apart)',
    ]);
    expect(lake.notifications.join()).toContain('10000.01');
  });

  it('that another file committed first makes the next commit, with both files', async () => {
    await using lake = await TestLake.make();
    const { commits, ids, load } = smallDay(lake);
    const { lake: store } = lake.ports;
    const commitKey = 'ledger/small/year=2025/month=08/day=12/_day/1.json';
    await load('g_20250812.txt', smallFile(smallLine('G1', 1)));
    const { bytes: theirs } = (await store.get(commitKey))!;
    // The other file is loaded, and about to commit.
    await store.delete([commitKey, 'catalog/small.json', 'catalog/small_rejects.json']);
    const putOnce = store.putOnce.bind(store);
    let races = 0;
    store.putOnce = async (key, bytes) => {
      if (key === commitKey && races++ === 0) await putOnce(key, theirs);
      return putOnce(key, bytes);
    };
    const loaded = await load(KEY, smallFile(smallLine('A1', 2)));
    expect(races).toBe(1);
    expect(loaded.day).toMatchObject({ published: true, commit: 2, committed: true });
    const filesOf = (await commits()).map(({ files }) => files.map(({ sourceKey }) => sourceKey).sort());
    expect(filesOf).toEqual([['g_20250812.txt'], [KEY, 'g_20250812.txt']]);
    expect(await ids()).toEqual(['A1', 'G1']);
    for (const dataset of ['small', 'small_rejects']) {
      expect((await lake.catalog(dataset))?.days).toEqual({ [DATE]: 2 });
    }
  });

  it('keeps the number of expected files when a later command does not give it', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    await load(KEY, smallFile(smallLine('A1', 1)));
    lake.ports.settings.expectedFiles = undefined;
    await load(KEY, smallFile(smallLine('A1', 2)));
    expect(await lake.catalog('small')).toBeUndefined();
  });
});
