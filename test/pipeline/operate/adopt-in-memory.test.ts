import { beforeEach, expect, it } from 'vitest';
import { ObjectClosed, ObjectDamaged, RunInconsistent } from '../../../shared/errors.ts';
import { adoptTables } from '../../../shared/pipeline/operate/adopt-tables.ts';
import type { Catalog } from '../../../shared/ports/catalog.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallLayout } from '../../support/small-contracts.ts';

const COLUMNS = { columns: [], partitionKeys: [] };
const wrong = { what: 'it is wrong', where: 'a table', next: 'Look.' };

let lake: MemoryLake;
let opened: string[];
let asked: string[];
beforeEach(() => {
  lake = new MemoryLake();
  opened = [];
  asked = [];
});

/** A catalog whose tables are there, and can be opened, unless `own` says otherwise. */
function adopt(own: Partial<Catalog> = {}) {
  const catalog: Partial<Catalog> = {
    hasDaysTable: true,
    castsNumbers: false,
    renames: true,
    tableOf: async () => COLUMNS,
    fieldIdsOf: async () => undefined,
    open: async ({ dataset }) => {
      opened.push(dataset);
    },
    ...own,
  };
  const { list, listFolder } = lake.lake;
  lake.lake.list = (prefix) => {
    asked.push(prefix);
    return list.call(lake.lake, prefix);
  };
  lake.lake.listFolder = (prefix) => {
    asked.push(prefix);
    return listFolder.call(lake.lake, prefix);
  };
  const layouts = { ...lake.ports.layouts, names: async () => [smallLayout()] };
  return adoptTables({ ...lake.ports, catalog: catalog as Catalog }, layouts);
}

const failing = (error: Error) => async () => Promise.reject(error);

it('opens every table of a layout, and leaves those that are there alone', async () => {
  expect(await adopt()).toEqual({ adopted: [], unfit: [] });
  expect(opened).toEqual(['small', 'small_rejects', 'small_days']);
  // No commit of a day is looked for.
  expect(asked).toEqual([]);
});

it('opens no table of days where readers have none', async () => {
  await adopt({ hasDaysTable: false });
  expect(opened).toEqual(['small', 'small_rejects']);
});

it('adopts a table that is missing, or damaged: the commits of its days are looked for', async () => {
  const damaged = new ObjectDamaged(wrong);
  const tableOf = (table: string) =>
    table === 'small'
      ? Promise.resolve(undefined)
      : table === 'small_days'
        ? Promise.reject(damaged)
        : COLUMNS;
  expect(await adopt({ tableOf: async (table) => tableOf(table) })).toEqual({
    adopted: ['small', 'small_days'],
    unfit: [],
  });
  asked = [];
  const one = async (table: string) => (table === 'small' ? undefined : COLUMNS);
  expect(await adopt({ tableOf: one })).toMatchObject({ adopted: ['small'] });
  expect(asked).not.toEqual([]);
});

it('says which tables a layout does not fit', async () => {
  const open: Catalog['open'] = async ({ dataset }) => {
    if (dataset === 'small') throw new RunInconsistent(wrong);
  };
  expect(await adopt({ open })).toEqual({ adopted: [], unfit: [new RunInconsistent(wrong).message] });
});

it('fails if nobody knows what there is', async () => {
  const network = new Error('no network');
  for (const own of [{ tableOf: failing(network) }, { open: failing(network) }])
    await expect(adopt(own)).rejects.toThrow('no network');
  for (const error of [new ObjectDamaged(wrong)])
    await expect(adopt({ open: failing(error) })).rejects.toBe(error);
  const closed = new ObjectClosed(wrong);
  await expect(adopt({ tableOf: failing(closed) })).rejects.toBe(closed);
});
