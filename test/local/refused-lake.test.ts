import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLake } from '../../local/lake/lake-sql.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { KEY } from '../support/small-day.ts';

test('a lake whose files were all refused answers with its ledger and their rejects', async () => {
  await using lake = await TestLake.make('on disk');
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1), smallLine('A2', 'X')));
  const layout = smallLayout({ rejects: { maxPercent: 0 } });
  expect((await lake.convert({ layout, sourceKey: KEY })).status).toBe('refused');
  const opened = await openLake({ lakeDir: join(lake.dir, 'lake') });
  try {
    expect(opened.tables).toEqual(['ledger', 'small_rejects']);
    const { rows } = await opened.query('SELECT source_key, state FROM ledger');
    expect(rows).toEqual([[KEY, 'refused']]);
    const rejects = await opened.query('SELECT reason, field, year, day FROM small_rejects');
    expect(rejects.rows).toEqual([['invalid-number', 'amount', '2025', '12']]);
    await expect(opened.query('SELECT * FROM small')).rejects.toThrow(/no day is published yet.*1 refused/);
  } finally {
    opened.close();
  }
});
