import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { claimFieldIds, layoutFieldIds } from '../../shared/pipeline/store/field-ids.ts';
import { ICEBERG } from '../support/iceberg-folder.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

/** Names and ids of the schema of a file, as DuckDB reads them. */
async function idsInFile(path: string): Promise<(string | null)[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  const sql = `SELECT name, field_id FROM parquet_schema('${path}') OFFSET 1`;
  const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson();
  connection.closeSync();
  return rows.map(({ name, field_id }) => `${name} ${field_id}`);
}

async function idsOf(lake: TestLake, table: string): Promise<(string | null)[]> {
  const files = (await lake.catalog(table))!.partitions.flatMap((partition) => partition.files);
  return idsInFile(await lake.pathOf(files.at(-1)!));
}

const changed = (change: (layout: ReturnType<typeof JSON.parse>) => void): string => {
  const layout = JSON.parse(smallLayout());
  change(layout);
  return JSON.stringify(layout);
};
const withLists = changed((layout) => {
  layout.fields.unshift(
    { name: 'tags', start: 1, end: 1, type: 'string', occurs: { count: 2 } },
    {
      name: 'pairs',
      start: 1,
      end: 2,
      occurs: { count: 2 },
      fields: [
        { name: 'one', start: 1, end: 1, type: 'string' },
        { name: 'other', start: 2, end: 2, type: 'string' },
      ],
    },
  );
});

it('are in the footers of rows and rejects, of lists and their elements, in merged files too', async () => {
  await using lake = await TestLake.make();
  const lines = Array.from({ length: 40 }, (_, row) => smallLine(`a${row}`, row + 1));
  await lake.putRaw('a_20250812.txt', smallFile(...lines, smallLine('', 7), smallLine('', 8)));
  await lake.convert({ sourceKey: 'a_20250812.txt', layout: withLists, rangeSizeBytes: 300 });
  expect(await idsOf(lake, 'small')).toEqual([
    ...['tags 1', 'list null', 'element 2'],
    ...['pairs 3', 'list null', 'element 4', 'one 5', 'other 6'],
    ...['id 7', 'amount 8'],
  ]);
  expect(await idsOf(lake, 'small_rejects')).toEqual([
    ...['source_key 1', 'byte_offset 2', 'record_length_bytes 3', 'reason 4', 'field 5', 'raw 6'],
  ]);
  // Another order of fields, one less and one more.
  const later = changed((layout) => {
    layout.fields.reverse();
    layout.fields.push({ name: 'initial', start: 1, end: 1, type: 'string' });
  });
  await lake.putRaw('a_20250813.txt', smallFile(smallLine('b', 1)));
  await lake.convert({ sourceKey: 'a_20250813.txt', layout: later });
  expect(await idsOf(lake, 'small')).toEqual(['amount 8', 'id 7', 'initial 13']);
});

it('two files that are planned at once never give one id to two names', async () => {
  await using lake = await TestLake.make();
  const named = (name: string) =>
    readLayout(
      changed((layout) => {
        layout.fields[0].name = name;
      }),
      'test.json',
    );
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, index) => layoutFieldIds(lake.ports, named(`name_${index % 10}`), false)),
  );
  const seen = new Map<number, string>();
  for (const [name, id] of all.flatMap(({ small }) => Object.entries(small!))) {
    expect(seen.get(id) ?? name).toBe(name);
    seen.set(id, name);
  }
  expect(seen.size).toBe(10 + 'amount year month day product'.split(' ').length);
});

it('a note that is lost begins with the ids that readers know; a damaged one is made again by force', async () => {
  await using lake = await TestLake.make();
  const store = lake.ports.lake as MemoryObjectStore;
  lake.ports.catalog = createFileCatalog(store, {
    iceberg: { ...ICEBERG, now: () => new Date('2025-08-13T06:00:00Z') },
  });
  const convert = async (name: string, layout: string, force = false) => {
    await lake.putRaw(name, smallFile(smallLine(name.slice(-6, -4), 1)));
    return lake.convert({ sourceKey: name, layout, force });
  };
  await convert('a_20250812.txt', withLists);
  store.lose('ledger/_fields/small.json');
  await convert('a_20250813.txt', smallLayout());
  expect(await idsOf(lake, 'small')).toEqual(['id 7', 'amount 8']);
  store.replace('ledger/_fields/small.json', Buffer.from('{"ids":{"id":1}}'.replace('1', '"1"')));
  await expect(convert('a_20250814.txt', smallLayout())).rejects.toMatchObject({
    name: 'ObjectDamaged',
    where: 'ledger/_fields/small.json',
    next: expect.stringContaining('--force'),
  });
  await convert('a_20250814.txt', smallLayout(), true);
  expect(await idsOf(lake, 'small')).toEqual(['id 7', 'amount 8']);
});

it('names that objects answer to have no id before one is given', async () => {
  const columns = [{ name: 'constructor', type: 'string' }];
  const ids = await claimFieldIds(
    new MemoryObjectStore(),
    't',
    { columns, partitionKeys: [] },
    async () => undefined,
  );
  expect(ids).toEqual({ constructor: 1 });
});

it('a damaged note is made again only by force', async () => {
  const lake = new MemoryObjectStore();
  const columns = { columns: [{ name: 'id', type: 'string' }], partitionKeys: [] };
  const claim = (isForced?: boolean) => claimFieldIds(lake, 't', columns, async () => ({ id: 7 }), isForced);
  expect(await claim()).toEqual({ id: 7 });
  lake.replace('ledger/_fields/t.json', Buffer.from('{'));
  await expect(claim()).rejects.toMatchObject({ name: 'ObjectDamaged' });
  expect(await claim(true)).toEqual({ id: 7 });
  const puts = lake.calls.putIf;
  expect(await claim()).toEqual({ id: 7 });
  expect(lake.calls.putIf).toBe(puts);
});
