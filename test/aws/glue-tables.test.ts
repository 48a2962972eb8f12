import { afterAll, beforeAll, expect, it } from 'vitest';
import { glueTables } from '../../shared/aws/glue-tables.ts';
import { lakeOnGlue } from '../support/lake-on-glue.ts';
import { strictGlue } from '../support/strict-glue.ts';

let double: Awaited<ReturnType<typeof strictGlue>>;
beforeAll(async () => {
  double = await strictGlue();
});
afterAll(() => double.close());

it('the query service sees each commit as soon as Glue points to it, and reads no metadata twice', async () => {
  const { lake, store, load } = await lakeOnGlue(double.client);
  await using _ = lake;
  const read: string[] = [];
  const place = {
    store: Object.assign(Object.create(store), {
      get: (key: string) => {
        read.push(key);
        return store.get(key);
      },
    }),
    root: 's3://lake/',
    publishedPrefix: '',
  };
  const published = glueTables({ client: double.client, database: 'db', place });
  expect(await published()).toEqual(new Map());
  await load('f_20250812.txt', 'A', 'B');
  const first = await published();
  expect(Object.fromEntries([...first].map(([name, { days }]) => [name, days]))).toEqual({
    small: { '2025-08-12': 1 },
    // A first commit without rows is no difference to who reads.
    small_rejects: {},
    small_days: { '2025-08-12': 1 },
  });
  expect(first.get('small')?.columns.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['year', 'month', 'day']),
  );
  const before = read.length;
  expect(await published()).toEqual(first);
  expect(read).toHaveLength(before);
  await load('g_20250812.txt', 'C');
  expect((await published()).get('small')?.days).toEqual({ '2025-08-12': 2 });
  // A view counts as showing all tables.
  double.glue.tables.set('small_masked', {
    Name: 'small_masked',
    TableType: 'VIRTUAL_VIEW',
    StorageDescriptor: { Columns: [{ Name: 'id', Type: 'string' }] },
  } as never);
  const view = (await published()).get('small_masked');
  expect(view?.columns).toEqual([{ name: 'id', type: 'string' }]);
  expect(view?.days).toMatchObject({ '2025-08-12 of small': 2, '2025-08-12 of small_days': 2 });
});
