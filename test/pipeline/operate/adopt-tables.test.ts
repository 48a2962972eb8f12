import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { adoptTables } from '../../../shared/pipeline/operate/adopt-tables.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { catchUpCatalog } from '../../../shared/pipeline/publish/catch-up-catalog.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { lakeOnGlue } from '../../support/lake-on-glue.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { strictGlue } from '../../support/strict-glue.ts';

const TABLES = ['small', 'small_rejects', 'small_days'];
let double: Awaited<ReturnType<typeof strictGlue>>;
beforeAll(async () => {
  double = await strictGlue();
});
afterAll(() => double.close());
beforeEach(() => {
  double.glue.tables.clear();
  double.glue.partitions.clear();
});

it('days that arrive file by file copy each object once, and corrections and rollbacks only what is new in them', async () => {
  const { lake, store, load, filesOf, layouts } = await lakeOnGlue(double.client);
  await using _ = lake;
  await adoptTables(lake.ports, layouts);
  for (const name of ['A', 'B', 'C']) await load(`${name}_20250812.txt`, 'X', 'Y');
  expect(store.calls.copy).toBe(6);
  const before = await filesOf();
  expect(before.small).toHaveLength(6);
  await load('C_20250812.txt', 'Z');
  expect(store.calls.copy).toBe(7);
  expect((await filesOf()).small).toHaveLength(5);
  await rollBack(lake.ports, { dataset: 'small', businessDate: '2025-08-12', reason: 'a test' });
  const after = await filesOf();
  // What the rollback brings back stands in the generation of its commit.
  expect(store.calls.copy).toBe(9);
  const place = (key: string) => key.replace(/gen=\d+/, 'gen');
  expect(after.small?.map(place)).toEqual(before.small?.map(place));
  expect(after.small_days).toEqual([expect.stringContaining('/gen=00005/')]);
  expect(await verifyLake(lake.ports, { depth: 'full' })).toMatchObject({ findings: [] });
});

it('tables of the version before get the files that they had, and none is read whole or written', async () => {
  const { lake, store, load, filesOf, layouts, again } = await lakeOnGlue(double.client);
  await using _ = lake;
  await load('a_20250811.txt', 'X', 'Y');
  await load('a_20250812.txt', 'X', 'bad');
  const whole = await filesOf();
  // As the version before left them: partitions in Glue, no metadata, and no row of a day as a file.
  for (const table of TABLES) {
    const keys = ['year', 'month', 'day'].map((Name) => ({ Name, Type: 'string' }));
    double.glue.tables.set(table, { Name: table, PartitionKeys: keys, VersionId: '4' });
    double.glue.partitions.set(table, [{ Values: ['2025', '08', '11'] }]);
  }
  for (const key of store.keys()) if (/metadata\/|^small_days\//.test(key)) store.lose(key);
  again();
  // Until then nothing is published over them.
  await lake.putRaw('a_20250813.txt', smallFile(smallLine('1', 1)));
  await expect(lake.convert({ sourceKey: 'a_20250813.txt', layout: smallLayout() })).rejects.toThrow('adopt');
  store.bytesRead.clear();
  const { copy } = store.calls;
  expect(await adoptTables(lake.ports, layouts)).toEqual({ adopted: TABLES, unfit: [] });
  expect(await filesOf()).toEqual(whole);
  expect(store.calls.copy).toBe(copy);
  expect(await adoptTables(lake.ports, layouts)).toEqual({ adopted: [], unfit: [] });
  await load('a_20250813.txt', 'X');
  expect((await filesOf()).small).toHaveLength(whole.small!.length + 1);
  expect(await verifyLake(lake.ports, { depth: 'full' })).toMatchObject({ findings: [] });
});

it('a layout that no longer fits leaves its table as it is, and says so', async () => {
  const { lake, load, filesOf, layouts } = await lakeOnGlue(double.client);
  await using _ = lake;
  await load('a_20250812.txt', 'X');
  const before = await filesOf();
  const changed = JSON.parse(smallLayout());
  changed.fields[1] = { ...changed.fields[1], type: 'string', point: undefined };
  const added = JSON.parse(smallLayout());
  added.fields[0] = { ...added.fields[0], end: 3 };
  added.fields.splice(1, 0, { name: 'branch', start: 4, end: 6, type: 'string' });
  const texts = [JSON.stringify(changed)];
  const adoption = await adoptTables(lake.ports, { ...layouts, names: async () => texts });
  expect(adoption).toEqual({
    adopted: [],
    unfit: [expect.stringMatching(/small.*amount is decimal\(9,2\)/)],
  });
  expect(await filesOf()).toEqual(before);
  texts[0] = JSON.stringify(added);
  expect(await adoptTables(lake.ports, { ...layouts, names: async () => texts })).toMatchObject({
    unfit: [],
  });
  expect((await lake.ports.catalog.tableOf('small'))?.columns.map(({ name }) => name)).toEqual([
    ...['id', 'amount', 'branch'],
  ]);
});

it('a finalizer that died after the commit is caught up in all tables, the row of the day too', async () => {
  const { lake, load, filesOf, layouts } = await lakeOnGlue(double.client);
  await using _ = lake;
  await adoptTables(lake.ports, layouts);
  await load('a_20250811.txt', 'X');
  double.glue.beforeCall = (operation, table) => {
    if (operation === 'UpdateTable' && table === 'small_days')
      throw Object.assign(new Error('stub'), { name: 'Killed' });
  };
  await expect(load('a_20250812.txt', 'X')).rejects.toThrow();
  double.glue.beforeCall = undefined;
  const { small, small_days: days } = await filesOf();
  expect([small?.length, days?.length]).toEqual([2, 1]);
  expect((await catchUpCatalog(lake.ports, 'small', '2025-08-12', 3)).driven).toEqual(['2025-08-12']);
  expect((await filesOf()).small_days).toHaveLength(2);
});
