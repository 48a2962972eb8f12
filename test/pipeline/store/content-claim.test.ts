import { describe, expect, it } from 'vitest';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, KEY, smallDay } from '../../support/small-day.ts';

describe('the same bytes', () => {
  const bytes = smallFile(smallLine('A1', 1));

  it('under another name or date are refused, with the file that has them', async () => {
    await using lake = await TestLake.make();
    const { entryOf, ids, load, refusalOf } = smallDay(lake);
    await load(KEY, bytes);
    for (const key of ['g_20250812.txt', 'f_20250813.txt']) {
      const result = await load(key, bytes);
      expect(await refusalOf(result)).toBe('duplicate-content');
      expect((await entryOf(result)).refusal?.message).toContain(`${KEY} of ${DATE}`);
    }
    expect(await ids()).toEqual(['A1']);
  });

  it('are taken with a warning if the layout or the operator says so', async () => {
    await using lake = await TestLake.make();
    const { entryOf, load } = smallDay(lake);
    const layout = smallLayout({ day: { duplicates: 'warn' } });
    await load(KEY, bytes, {}, layout);
    expect((await entryOf(await load('g_20250812.txt', bytes, {}, layout))).warnings?.[0]).toContain(KEY);
    expect((await load('h_20250812.txt', bytes, { force: true })).status).toBe('loaded');
  });

  it('are free again once the file that had them brings others', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    await load(KEY, bytes);
    await load(KEY, smallFile(smallLine('A1', 2)));
    expect((await load('g_20250812.txt', bytes)).status).toBe('loaded');
  });

  it('belong to a run whose plan is there and whose entry comes last, as long as it may be at work', async () => {
    await using lake = await TestLake.make();
    const { load, refusalOf } = smallDay(lake);
    const { ledgerKey } = await load(KEY, bytes);
    await lake.ports.lake.delete([ledgerKey]);
    expect(await refusalOf(await load('g_20250812.txt', bytes))).toBe('duplicate-content');
    lake.ports.clock = { now: () => new Date('2025-08-13T09:00:00Z') };
    expect((await load('h_20250812.txt', bytes)).status).toBe('loaded');
  });
});
