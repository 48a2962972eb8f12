import { readFile } from 'node:fs/promises';
import { parquetMetadata, readOffsetIndex } from 'hyparquet';
import { expect, test } from 'vitest';
import { expectPagesProved } from '../support/proved-pages.ts';
import { TestLake } from '../support/run-pipeline.ts';

const ROWS = 30_000;
const ENTRIES = 4;

const layout = JSON.stringify({
  name: 'lists',
  encoding: 'us-ascii',
  record: { format: 'fixed', length: 16 },
  fields: [
    { name: 'id', start: 1, end: 8, type: 'integer' },
    { name: 'tags', start: 9, end: 10, type: 'string', occurs: { count: ENTRIES } },
  ],
});

test('the page index of a list says the first row of each page, and not its first entry', async () => {
  await using lake = await TestLake.make();
  const records = Array.from({ length: ROWS }, (_, index) => `${String(index).padStart(8, '0')}ABCDEFGH`);
  await lake.putRaw('l_20250812.txt', Buffer.from(records.join('')));
  expect((await lake.convert({ layout, sourceKey: 'l_20250812.txt' })).status).toBe('loaded');
  const [file = ''] = (await lake.catalog('lists'))?.partitions[0]?.files ?? [];
  const bytes = await readFile(await lake.pathOf(file));
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const [group] = parquetMetadata(whole).row_groups;
  const firstRows = (name: string) => {
    const column = group?.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name);
    const reader = { view: new DataView(whole), offset: Number(column?.offset_index_offset) };
    return readOffsetIndex(reader).page_locations.map(({ first_row_index }) => Number(first_row_index));
  };
  const [plain, list] = [firstRows('id'), firstRows('tags')];
  expect(plain[0]).toBe(0);
  expect(list.length).toBeGreaterThan(3);
  // A page is closed at the end of the batch in which it is full: 20,000 rows, or as many entries of a list.
  const rowsOf = (starts: number[]) => starts.slice(1).map((start, page) => start - starts[page]!);
  expect(list[0]).toBe(0);
  expect(Math.min(...rowsOf(list))).toBeGreaterThanOrEqual(20_000 / ENTRIES);
  expect(Math.max(...rowsOf(list))).toBeLessThan(20_000 / ENTRIES + 4096);
  expect(list.at(-1)).toBeLessThan(ROWS);
  await expectPagesProved(lake.ports.lake);
});
