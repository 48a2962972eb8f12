import { describe, expect, it } from 'vitest';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { groupRejects, readRejects } from '../../../shared/pipeline/operate/read-rejects.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY, smallDay } from '../../support/small-day.ts';

describe('rejects', () => {
  const bytes = smallFile(smallLine('A1', 1), smallLine('A2', 'X'), smallLine('', 5), smallLine('A3', 'Y'));

  it('are grouped by reason and field, including those of refused files', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    await load(KEY, bytes);
    await load(
      'g_20250812.txt',
      smallFile(smallLine('', 7)),
      {},
      smallLayout({ rejects: { maxPercent: 0 } }),
    );
    const groups = await groupRejects(readRejects(lake.ports, DAY), 1);
    expect(groups.map(({ reason, field, count }) => [reason, field, count])).toEqual([
      ['invalid-number', 'amount', 2],
      ['required-blank', 'id', 2],
    ]);
    const example = groups[0]?.examples[0];
    expect(example && Buffer.from(example.raw).toString()).toBe(smallLine('A2', 'X'));
    expect(example?.byteOffset).toBe(21);
    const only = { ...DAY, file: 'g_20250812.txt' };
    expect((await groupRejects(readRejects(lake.ports, only), 0)).map(({ count }) => count)).toEqual([1]);
  });

  it('are corrected by a supplement, of at most as many records as were rejected', async () => {
    await using lake = await TestLake.make();
    const { ids, load, refusalOf } = smallDay(lake);
    lake.ports.settings.expectedFiles = 1;
    await load(KEY, bytes);
    const supplement = { supplementOf: KEY };
    const many = smallFile(...['1', '2', '3', '4'].map((n) => smallLine(`C${n}`, 1)));
    expect(await refusalOf(await load('too_many_20250812.txt', many, supplement))).toBe(
      'supplement-too-large',
    );
    const unknown = await load('x_20250812.txt', many, { supplementOf: 'nothing.txt' });
    expect(await refusalOf(unknown)).toBe('supplement-unknown');
    await load('fix_20250812.txt', smallFile(smallLine('A2', 2), smallLine('A3', 3)), supplement);
    expect(await ids()).toEqual(['A1', 'A2', 'A3']);
    const { totals } = await dayStatus(lake.ports, 'small', DATE);
    expect(totals).toMatchObject({ records: 4, rows: 3, rejected: 3, corrected: 2 });
    expect(totals.records).toBe(totals.rows + totals.rejected - totals.corrected);
    expect(
      await refusalOf(
        await load('more_20250812.txt', smallFile(smallLine('A5', 2), smallLine('A6', 3)), supplement),
      ),
    ).toBe('supplement-too-large');
  });
});
