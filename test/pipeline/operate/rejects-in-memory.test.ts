import { expect, it } from 'vitest';
import { StoreUnavailable } from '../../../shared/errors.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { readRejects } from '../../../shared/pipeline/operate/read-rejects.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';
import { DAY, KEY } from '../../support/small-day.ts';

/** More than are read at once. */
const MANY = 10_001;

it('rejects are read to the last, however many there are', async () => {
  const lake = new MemoryLake();
  await lake.load(KEY, smallFile(...Array.from({ length: MANY }, (_, row) => smallLine(`R${row}`, 'X'))));
  let count = 0;
  for await (const { byteOffset } of readRejects(lake.ports, DAY)) expect(byteOffset).toBe(21 * count++);
  expect(count).toBe(MANY);
});

it('rejects that cannot be read are damaged; a store that is away says so itself', async () => {
  const lake = new MemoryLake();
  await lake.load(KEY, smallFile(smallLine('A1', 1), smallLine('A2', 'X')));
  const read = () => Array.fromAsync(readRejects(lake.ports, DAY));
  expect(await read()).toHaveLength(1);
  lake.lake.beforeCall = (operation, key) => {
    if (operation === 'streamRange' || operation === 'readRange')
      throw new StoreUnavailable({ what: 'the store is away', where: key });
  };
  await expect(read()).rejects.toMatchObject({ name: 'StoreUnavailable' });
  lake.lake.beforeCall = () => undefined;
  for (const key of lake.keys(''))
    if (/rejects.*\.parquet$/.test(key)) lake.lake.replace(key, Buffer.from('PAR1 no PAR1'));
  await expect(read()).rejects.toMatchObject({ name: 'ObjectDamaged' });
});

it('clean has removed the owner of a table that nothing fills when it ends', async () => {
  const lake = new MemoryLake();
  await lake.load(KEY, Buffer.from('not of this layout\n'));
  const result = await lake.load(KEY, smallFile(smallLine('A1', 1)));
  const owners = lake.keys('ledger/_tables/');
  expect(owners.length).toBeGreaterThan(0);
  for (const key of lake.keys('ledger/small/')) lake.lake.lose(key);
  for (const key of lake.keys('catalog/')) lake.lake.lose(key);
  expect(lake.keys(result.ledgerKey)).toEqual([]);
  const ages = { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false };
  const { removed } = await cleanLake(lake.ports, ages);
  expect(removed.filter(({ what }) => what === 'owner').map(({ key }) => key)).toEqual(owners);
  expect(lake.keys('ledger/_tables/')).toEqual([]);
});
