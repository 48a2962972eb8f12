import { expect, test } from 'vitest';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
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

test('in a lake without owners a file that was refused owns nothing, and days belong to their layout', async () => {
  await using lake = await TestLake.make();
  const removeOwners = async () => {
    const owners: string[] = [];
    for await (const { key } of lake.ports.lake.list('ledger/_tables/')) owners.push(key);
    await lake.ports.lake.delete(owners);
  };
  const { name } = JSON.parse(smallLayout());
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  expect((await lake.convert({ layout: smallLayout(), sourceKey: KEY })).status).toBe('loaded');
  await removeOwners();
  for (const taken of [`${name}_rejects`, `${name}_days`]) {
    expect((await lake.convert({ layout: named(taken), sourceKey: KEY })).status).toBe('refused');
  }
  await removeOwners();
  await lake.putRaw(`b_${KEY}`, smallFile(smallLine('B1', 1)));
  expect((await lake.convert({ layout: smallLayout(), sourceKey: `b_${KEY}` })).status).toBe('loaded');
});

test('a layout keeps its tables when the next file comes', async () => {
  await using lake = await TestLake.make();
  for (const key of [KEY, `b_${KEY}`]) {
    await lake.putRaw(key, smallFile(smallLine(key === KEY ? 'A1' : 'B1', 1)));
    expect((await lake.convert({ layout: smallLayout(), sourceKey: key })).status).toBe('loaded');
  }
});

test('a file that was refused keeps no table from a layout that comes later', async () => {
  await using lake = await TestLake.make();
  const { name } = JSON.parse(smallLayout());
  const typo = JSON.stringify({ ...JSON.parse(named(`${name}_days`)), rejects: { maxPercent: 0 } });
  await lake.putRaw(KEY, smallFile(smallLine('', 'X')));
  expect((await lake.convert({ layout: typo, sourceKey: KEY })).status).toBe('refused');
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  expect((await lake.convert({ layout: smallLayout(), sourceKey: KEY })).status).toBe('loaded');
});

test('an owner without anything loaded gives way, one whose file waits for its day does not', async () => {
  await using lake = await TestLake.make();
  const { name } = JSON.parse(smallLayout());
  await lake.ports.lake.put(`ledger/_tables/${name}.json`, Buffer.from('{"layout":"typo"}'));
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  lake.ports.settings.expectedFiles = 2;
  expect((await lake.convert({ layout: smallLayout(), sourceKey: KEY })).status).toBe('loaded');
  const other = await lake.convert({ layout: named(`${name}_days`), sourceKey: KEY });
  expect(other.status).toBe('refused');
  expect(lake.notifications.at(-1)).toContain(`'${name}_days', and that is the table of layout ${name}`);
});

test('cleaning removes owners that own nothing', async () => {
  await using lake = await TestLake.make();
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  await lake.convert({ layout: smallLayout(), sourceKey: KEY });
  await lake.ports.lake.put('ledger/_tables/typo.json', Buffer.from('{"layout":"typo"}'));
  const all = { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false };
  const { removed } = await cleanLake(lake.ports, all);
  expect(removed.filter(({ what }) => what === 'owner').map(({ key }) => key)).toEqual([
    'ledger/_tables/typo.json',
  ]);
  expect(await lake.ports.lake.get('ledger/_tables/small.json')).toBeDefined();
});
