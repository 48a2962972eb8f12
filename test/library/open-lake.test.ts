import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type LakeOptions, openLake } from '../../library/main.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

async function correctedLake() {
  const lake = await TestLake.make('on disk');
  for (const id of ['A1', 'A2']) {
    await lake.putRaw('f_20250812.txt', smallFile(smallLine(id, 1)));
    await lake.convert({ layout: smallLayout(), sourceKey: 'f_20250812.txt' });
  }
  return { lake, lakeDir: join(lake.dir, 'lake') };
}

it('openLake shows an earlier state, and fails for one that the lake does not have', async () => {
  const { lake, lakeDir } = await correctedLake();
  await using _ = lake;
  for (const [options, id] of [
    [{}, 'A2'],
    [{ asOf: '2025-08-12/1' }, 'A1'],
    [{ asOf: '2025-08-12/2' }, 'A2'],
  ] as [LakeOptions, string][]) {
    const opened = await openLake(lakeDir, options);
    expect(await opened.query('SELECT id FROM small')).toEqual([{ id }]);
    opened.close();
  }
  await expect(openLake(lakeDir, { asOf: '2025-08-12/3' })).rejects.toMatchObject({ name: 'UsageError' });
  await expect(openLake(lakeDir, { asOf: 'yesterday' })).rejects.toMatchObject({ name: 'UsageError' });
});

it('openLake fails for an option that it does not know', async () => {
  const misspelt: object = { asof: '2025-08-12/1' };
  await expect(openLake('lake', misspelt)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(
      /^openLake has no option 'asof' \(the nearest valid one is 'asOf'; valid: /,
    ),
  });
});

it('a lake that is closed answers no query, and may be closed again', async () => {
  const { lake, lakeDir } = await correctedLake();
  await using _ = lake;
  const opened = await openLake(lakeDir);
  opened.close();
  opened.close();
  await expect(opened.query('SELECT 1')).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining('the lake is closed'),
  });
});
