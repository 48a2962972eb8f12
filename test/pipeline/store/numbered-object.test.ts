import { expect, test } from 'vitest';
import { objectOf, wholeNumber } from '../../../shared/json-shape.ts';
import { ledgerDays } from '../../../shared/pipeline/store/day-ledger.ts';
import {
  appendNumbered,
  highestNumbered,
  readNumbered,
} from '../../../shared/pipeline/store/numbered-object.ts';
import { TestLake } from '../../support/run-pipeline.ts';

const shape = objectOf<{ n: number }>({ n: wholeNumber });
const PREFIX = 'ledger/small/_terms/';

test('the highest document is found past what a listing shows, and a changed one gets the next number', async () => {
  await using lake = await TestLake.make();
  const { lake: store } = lake.ports;
  expect(await highestNumbered(store, PREFIX, shape)).toBeUndefined();
  const append = (n: number) => appendNumbered(store, PREFIX, shape, () => ({ n }));
  const numbers: number[] = [];
  for (const n of [5, 5, 6, 5]) numbers.push((await append(n)).number);
  expect(numbers).toEqual([1, 1, 2, 3]);
  expect(await highestNumbered(store, PREFIX, shape)).toEqual({ number: 3, value: { n: 5 } });
  expect(await readNumbered(store, PREFIX, 2, shape)).toEqual({ n: 6 });
  expect(await readNumbered(store, PREFIX, 4, shape)).toBeUndefined();
  for (const seen of [0, 1, 2]) {
    const old = Object.assign(Object.create(store), {
      async *list(prefix: string) {
        let count = 0;
        for await (const info of store.list(prefix)) if (count++ < seen) yield info;
      },
    });
    expect(await highestNumbered(old, PREFIX, shape)).toEqual({ number: 3, value: { n: 5 } });
  }
});

test('only folders of days are days of a dataset', async () => {
  await using lake = await TestLake.make();
  const { lake: store } = lake.ports;
  for (const key of [
    'ledger/small/year=2025/month=08/day=12/a.json',
    'ledger/small/year=2025/month=08/day=12/b.json',
    'ledger/small/year=2025/month=08/day=11/_day/1.json',
    'ledger/small/_content/year=2025/month=08/day=01/x.json',
    'ledger/small/date=unknown/a.json',
    'ledger/other/year=2025/month=08/day=10/a.json',
  ]) {
    await store.put(key, new Uint8Array(1));
  }
  const days = async (dataset?: string) =>
    Object.fromEntries(
      Array.from(await ledgerDays(store, dataset), ([name, dates]) => [name, [...dates].sort()]),
    );
  const small = ['2025-08-11', '2025-08-12'];
  expect(await days()).toEqual({ small, other: ['2025-08-10'] });
  expect(await days('small')).toEqual({ small });
});
