import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { openLake } from '../../local/lake/lake-sql.ts';
import { planTableChange } from '../../shared/catalog/table-change.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { parseAsOf } from '../../shared/pipeline/operate/as-of.ts';
import { lakeAsOf } from '../../shared/pipeline/operate/lake-as-of.ts';
import { repairLake } from '../../shared/pipeline/verify/repair-lake.ts';
import { ICEBERG, shownTable } from '../support/iceberg-folder.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const OLD = smallLayout();
const NEW = renamed({ name: 'contract_amount', formerly: ['amount'] });

function renamed(changes: Record<string, unknown>): string {
  const layout = JSON.parse(smallLayout());
  layout.fields[1] = { ...layout.fields[1], ...changes };
  return JSON.stringify(layout);
}

async function lakeOnDisk(): Promise<TestLake> {
  const lake = await TestLake.make('on disk');
  const now = () => new Date('2025-08-13T06:00:00Z');
  lake.ports.catalog = createFileCatalog(lake.ports.lake, { iceberg: { ...ICEBERG, now } });
  return lake;
}

async function load(lake: TestLake, name: string, cents: number, layout: string) {
  await lake.putRaw(name, smallFile(smallLine('x', cents)));
  return lake.convert({ sourceKey: name, layout });
}

async function rowsOf(lake: TestLake, where = 'true', past?: Parameters<typeof openLake>[0]['past']) {
  const opened = await openLake({ lakeDir: join(lake.dir, 'lake'), past });
  try {
    const { columns, rows } = await opened.query(
      `SELECT * EXCLUDE (id, year, month) FROM small WHERE ${where} ORDER BY day`,
    );
    return rows.map((row) => row.map((value, index) => `${columns[index]!.name} ${value}`).join(', '));
  } finally {
    opened.close();
  }
}

describe('a column that was renamed', () => {
  test('has the values of before under its new name, also for a file of the older layout', async () => {
    await using lake = await lakeOnDisk();
    await load(lake, 'a_20250811.txt', 100, OLD);
    const changed = await load(lake, 'a_20250812.txt', 200, NEW);
    expect(changed).toMatchObject({ day: { published: true } });
    await load(lake, 'a_20250813.txt', 300, OLD);
    expect(await rowsOf(lake)).toEqual([
      'contract_amount 1.00, day 11, product A',
      'contract_amount 2.00, day 12, product A',
      'contract_amount 3.00, day 13, product A',
    ]);
    expect(await rowsOf(lake, 'contract_amount < 1.5')).toHaveLength(1);
    expect(await rowsOf(lake, 'contract_amount >= 2 AND contract_amount IS NOT NULL')).toHaveLength(2);
    // Before, it had the name of before.
    const { catalogs } = await lakeAsOf(lake.ports, parseAsOf('2025-08-11/1'));
    expect(await rowsOf(lake, 'true', catalogs)).toEqual(['amount 1.00, day 11, product A']);
    expect((await repairLake(lake.ports, { depth: 'full' })).verdict.findings).toEqual([]);
  });

  test('keeps its id for other programs, whatever it is called in a file', async () => {
    await using lake = await lakeOnDisk();
    await load(lake, 'a_20250811.txt', 100, OLD);
    await load(lake, 'a_20250812.txt', 200, NEW);
    await load(lake, 'a_20250813.txt', 300, OLD);
    const { metadata, entries } = (await shownTable(lake.ports.lake, 'small'))!;
    const schemas = metadata.schemas.map(({ fields }) =>
      fields.slice(0, 3).map(({ id, name }) => `${id} ${name}`),
    );
    expect(schemas).toEqual([
      ['1 id', '2 amount', '3 year'],
      ['1 id', '2 contract_amount', '3 year'],
    ]);
    expect(metadata['current-schema-id']).toBe(1);
    expect(JSON.parse(metadata.properties['schema.name-mapping.default']!)[1]).toEqual({
      'field-id': 2,
      names: ['contract_amount', 'amount'],
    });
    // Bounds of every file are those of the one column.
    expect(entries.map(({ file }) => new Map(file.lowerBounds).get(2)?.at(-1)).sort()).toEqual(
      [100, 200, 300 & 0xff].sort(),
    );
  });

  test('may become wider at the same time, and be renamed again', () => {
    const column = (name: string, type: string, formerly?: string[]) => ({
      columns: [{ name, type, ...(formerly && { formerly }) }],
      partitionKeys: [],
    });
    const skills = { castsNumbers: true, renames: true };
    const once = planTableChange(column('a', 'decimal(9,2)'), column('b', 'decimal(12,2)', ['a']), skills);
    expect(once).toMatchObject({ problems: [], absent: [], renamed: [{ from: 'a', to: 'b' }] });
    expect(once.columns).toEqual([
      {
        name: 'b',
        type: 'decimal(12,2)',
        hasNarrowerFiles: true,
        areNarrowerPromoted: true,
        formerly: ['a'],
      },
    ]);
    const table = { ...once, partitionKeys: [] };
    const twice = planTableChange(table, column('c', 'decimal(12,2)', ['b']), skills);
    expect(twice.columns[0]).toMatchObject({ name: 'c', formerly: ['a', 'b'] });
    const byName = { castsNumbers: false, renames: false };
    const refused = planTableChange(column('a', 'string'), column('b', 'string', ['a']), byName);
    expect(refused.problems[0]).toContain('find columns by their names');
  });

  test('is refused if the table has columns of both names, or the layout means two by one', async () => {
    await using lake = await lakeOnDisk();
    await load(lake, 'a_20250811.txt', 100, OLD);
    await load(lake, 'a_20250812.txt', 200, renamed({ name: 'contract_amount' }));
    expect(await load(lake, 'a_20250813.txt', 300, NEW)).toMatchObject({ status: 'refused' });
    expect(await rowsOf(lake)).toHaveLength(2);
  });

  test.each([
    [renamed({ formerly: ['amount'] }), "('amount') names itself in 'formerly'"],
    [renamed({ formerly: ['old', 'old'] }), "('amount') names 'old' twice in 'formerly'"],
    [
      renamed({ formerly: ['id'] }),
      "('amount') was 'id' ('formerly'), which is the name of another field, or was",
    ],
    [
      smallLayout({ partitionBy: ['amount'] }).replace('"point"', '"formerly":["a"],"point"'),
      "which had another name ('formerly')",
    ],
  ])('is refused in a layout that contradicts itself: %#', (layout, message) => {
    expect(() => readLayout(layout, 'small.json')).toThrow(message);
  });
});
