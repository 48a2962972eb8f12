import { expect, test } from 'vitest';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

const named = (name: string) => JSON.stringify({ ...JSON.parse(smallLayout()), name });

test('a layout that fills a table of another is refused, and what is loaded stays', async () => {
  await using lake = await TestLake.make();
  const { ids } = smallDay(lake);
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  expect((await lake.convert({ layout: smallLayout(), sourceKey: KEY })).status).toBe('loaded');
  const { name } = JSON.parse(smallLayout());
  for (const taken of [`${name}_rejects`, `${name}_days`, 'ledger']) {
    expect((await lake.convert({ layout: named(taken), sourceKey: KEY })).status).toBe('refused');
    // Other columns than the rejects have are refused before anybody asks whose table it is.
    const words = taken.endsWith('_rejects') ? taken : `'${taken}'`;
    expect(lake.notifications.at(-1)).toContain(words);
  }
  expect(await ids()).toEqual(['A1']);
});

test('a lake without owners takes the ledger of a layout for its owner', async () => {
  await using lake = await TestLake.make();
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  const { name } = JSON.parse(smallLayout());
  expect((await lake.convert({ layout: named(`${name}_rejects`), sourceKey: KEY })).status).toBe('loaded');
  const owners: string[] = [];
  for await (const { key } of lake.ports.lake.list('ledger/_tables/')) owners.push(key);
  await lake.ports.lake.delete(owners);
  expect((await lake.convert({ layout: smallLayout(), sourceKey: KEY })).status).toBe('refused');
});

test('a layout keeps its tables when the next file comes', async () => {
  await using lake = await TestLake.make();
  for (const key of [KEY, `b_${KEY}`]) {
    await lake.putRaw(key, smallFile(smallLine(key === KEY ? 'A1' : 'B1', 1)));
    expect((await lake.convert({ layout: smallLayout(), sourceKey: key })).status).toBe('loaded');
  }
});
