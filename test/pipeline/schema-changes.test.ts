import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openLake } from '../../local/lake/lake-sql.ts';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { samples } from '../support/samples.ts';

/** A column and how its values are written: digits with an implied point, or text of six bytes. */
interface Column {
  name: string;
  type: string;
}
type Row = Record<string, string>;

const widthOf = (type: string) => {
  const [, precision] = /^decimal\((\d+)/.exec(type) ?? [];
  return precision ? Number(precision) : { string: 6, date: 8, integer: 18 }[type]!;
};

function layoutOf(columns: Column[], changes: Record<string, unknown> = {}): string {
  let at = 1;
  const fields = columns.map(({ name, type }) => {
    const start = at;
    at += widthOf(type);
    const more =
      type === 'date' ? { format: 'yyyyMMdd' } : type.startsWith('decimal') ? { point: 'implied' } : {};
    return { name, type, start, end: at - 1, ...more };
  });
  const record = { format: 'lines', length: at - 1 };
  return JSON.stringify({ name: 'evo', encoding: 'us-ascii', record, fields, ...changes });
}

/** Rows as a line file. A decimal is given as a text with its point: `12.34`. */
function fileOf(columns: Column[], rows: Row[]): Buffer {
  const lines = rows.map((row) =>
    columns
      .map(({ name, type }) => {
        const value = row[name]!;
        return type === 'string' ? value.padEnd(6) : value.replace(/[.-]/g, '').padStart(widthOf(type), '0');
      })
      .join(''),
  );
  return Buffer.from(`${lines.join('\n')}\n`);
}

async function load(lake: TestLake, day: string, columns: Column[], rows: Row[], changes = {}, name = 'evo') {
  const sourceKey = `${name}_${day.replaceAll('-', '')}.txt`;
  await lake.putRaw(sourceKey, fileOf(columns, rows));
  return lake.convert({ layout: layoutOf(columns, changes), sourceKey });
}

/** What the view of the local lake shows, in the order of days, with numbers without their last zeros. */
async function shown(lake: TestLake, where = 'true'): Promise<(Row & { day: string })[]> {
  const opened = await openLake({ lakeDir: join(lake.dir, 'lake') });
  try {
    const { columns, rows } = await opened.query(
      `SELECT * EXCLUDE (year, month) FROM evo WHERE ${where} ORDER BY ALL`,
    );
    return rows.map((row) =>
      Object.fromEntries(
        row.flatMap((value, index) =>
          value === null ? [] : [[columns[index]!.name, canonical(String(value), columns[index]!.type)]],
        ),
      ),
    ) as (Row & { day: string })[];
  } finally {
    opened.close();
  }
}

function canonical(text: string, type: string): string {
  return type.startsWith('DECIMAL') && text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const ID: Column = { name: 'id', type: 'string' };
const amount = (type: string): Column => ({ name: 'amt', type });

describe('a layout that changed under a published table', () => {
  test('a decimal with more digits makes the table wider: both days read right, and so does the older layout again', async () => {
    await using lake = await TestLake.make('on disk');
    const narrow = [ID, amount('decimal(10,2)')];
    const wide = [ID, amount('decimal(22,4)')];
    await load(lake, '2025-08-11', narrow, [{ id: '1', amt: '1.00' }]);
    const widened = await load(lake, '2025-08-12', wide, [{ id: '2', amt: '123456789012345678.9012' }]);
    await load(lake, '2025-08-13', narrow, [{ id: '3', amt: '99999999.99' }]);
    expect(await shown(lake)).toEqual([
      { id: '1', amt: '1', day: '11' },
      { id: '2', amt: '123456789012345678.9012', day: '12' },
      { id: '3', amt: '99999999.99', day: '13' },
    ]);
    // Also by what readers leave out after a look at the statistics of a file.
    expect(await shown(lake, 'amt = 1')).toHaveLength(1);
    expect(await shown(lake, 'amt BETWEEN 99999999.99 AND 99999999.9901')).toHaveLength(1);
    expect(await shown(lake, 'amt < 1.0001 OR amt > 123456789012345678.9')).toHaveLength(2);
    expect(await shown(lake, 'amt > 0.9999')).toHaveLength(3);
    expect((await lake.catalog('evo'))?.columns).toContainEqual({
      name: 'amt',
      type: 'decimal(22,4)',
      hasNarrowerFiles: true,
    });
    expect(widened.day).toMatchObject({ published: true });
    const { files } = await dayStatus(lake.ports, 'evo', '2025-08-12');
    expect(files[0]?.warnings).toEqual([
      'evo_20250812.txt: column amt of evo becomes decimal(22,4) and was decimal(10,2)',
    ]);
  });

  test('an integer may become a decimal that holds every integer', async () => {
    await using lake = await TestLake.make('on disk');
    const amt = '123456789012345678';
    await load(lake, '2025-08-11', [ID, amount('integer')], [{ id: '1', amt }]);
    await load(lake, '2025-08-12', [ID, amount('decimal(21,2)')], [{ id: '2', amt: `${amt}.01` }]);
    await load(lake, '2025-08-13', [ID, amount('integer')], [{ id: '3', amt: '7' }]);
    expect(await shown(lake)).toEqual([
      { id: '1', amt, day: '11' },
      { id: '2', amt: `${amt}.01`, day: '12' },
      { id: '3', amt: '7', day: '13' },
    ]);
    expect(await shown(lake, `amt = ${amt}`)).toEqual([{ id: '1', amt, day: '11' }]);
    expect(await shown(lake, 'amt < 7.01')).toEqual([{ id: '3', amt: '7', day: '13' }]);
  });

  test('files of one day by a wide and a narrow layout are one table, in either order', async () => {
    for (const types of [
      ['decimal(9,2)', 'decimal(20,3)'],
      ['decimal(20,3)', 'decimal(9,2)'],
    ] as const) {
      await using lake = await TestLake.make('on disk');
      const [first, second] = types;
      await load(
        lake,
        '2025-08-11',
        [ID, amount(first)],
        [{ id: '1', amt: `1.${first === 'decimal(9,2)' ? '25' : '250'}` }],
        {},
        'a',
      );
      await load(
        lake,
        '2025-08-11',
        [ID, amount(second)],
        [{ id: '2', amt: `2.${second === 'decimal(9,2)' ? '50' : '500'}` }],
        {},
        'b',
      );
      expect(await shown(lake)).toEqual([
        { id: '1', amt: '1.25', day: '11' },
        { id: '2', amt: '2.5', day: '11' },
      ]);
      expect((await lake.catalog('evo'))?.columns).toContainEqual({
        name: 'amt',
        type: 'decimal(20,3)',
        hasNarrowerFiles: true,
      });
    }
  });

  test.each([
    ['a text that becomes a date', 'string', 'date', /column amt is string there and date in the layout/],
    ['a date that becomes a text', 'date', 'string', /amt is date there/],
    [
      'a decimal with fewer digits before the point',
      'decimal(10,2)',
      'decimal(10,4)',
      /decimal\(10,4\) in the layout/,
    ],
    ['an integer that becomes too short a decimal', 'integer', 'decimal(18,0)', /amt is bigint there/],
    ['a decimal that becomes an integer', 'decimal(10,2)', 'integer', /bigint in the layout/],
  ])('%s is refused when the file is split, and nothing is converted', async (_, before, after, why) => {
    await using lake = await TestLake.make('on disk');
    const value = (type: string) => ({ string: 'x', date: '20250811', integer: '7' })[type] ?? '7.00';
    await load(lake, '2025-08-11', [ID, amount(before)], [{ id: '1', amt: value(before) }]);
    const catalog = await lake.catalog('evo');
    const refused = await load(lake, '2025-08-12', [ID, amount(after)], [{ id: '2', amt: value(after) }]);
    expect(refused.status).toBe('refused');
    expect(lake.notifications.at(-1)).toMatch(why);
    expect(lake.notifications.at(-1)).toMatch(/another name/);
    expect(await lake.catalog('evo')).toEqual(catalog);
    const status = await dayStatus(lake.ports, 'evo', '2025-08-12');
    expect(status.published).toBeNull();
    expect(status.files[0]).toMatchObject({ status: 'refused', runId: null });
  });

  test('a column that is gone is a warning', async () => {
    await using lake = await TestLake.make('on disk');
    const columns = [ID, amount('decimal(10,2)'), { name: 'uf', type: 'string' }];
    await load(lake, '2025-08-11', columns, [{ id: '1', amt: '1.00', uf: 'SP' }]);
    await load(lake, '2025-08-13', columns.slice(0, 2), [{ id: '3', amt: '3.00' }]);
    const { files } = await dayStatus(lake.ports, 'evo', '2025-08-13');
    expect(files[0]?.warnings).toEqual([expect.stringContaining('evo has uf, and the layout has not')]);
    expect(await shown(lake)).toEqual([
      { id: '1', amt: '1', uf: 'SP', day: '11' },
      { id: '3', amt: '3', day: '13' },
    ]);
  });

  test('is refused before its day is published, too: the first files of a day agree among themselves', async () => {
    await using lake = await TestLake.make('on disk');
    lake.ports.settings.expectedFiles = 2;
    await load(lake, '2025-08-11', [ID, amount('string')], [{ id: '1', amt: 'x' }], {}, 'a');
    const second = await load(
      lake,
      '2025-08-11',
      [ID, amount('date')],
      [{ id: '2', amt: '20250811' }],
      {},
      'b',
    );
    expect(second.status).toBe('refused');
    expect(lake.notifications.at(-1)).toContain('column amt is string there and date in the layout');
  });

  test('a race of two layouts writes no commit that readers cannot see', async () => {
    await using lake = await TestLake.make('on disk');
    const sourceKey = 'evo_20250812.txt';
    const columns = [ID, amount('date')];
    await lake.putRaw(sourceKey, fileOf(columns, [{ id: '2', amt: '20250811' }]));
    await load(lake, '2025-08-11', [ID, amount('string')], [{ id: '1', amt: 'x' }]);
    const { tableOf } = lake.ports.catalog;
    let asked = 0;
    // The split of the slow file saw no table; its finalizer does.
    lake.ports.catalog.tableOf = async (dataset) => (asked++ < 2 ? undefined : tableOf(dataset));
    await expect(lake.convert({ layout: layoutOf(columns), sourceKey })).rejects.toMatchObject({
      name: 'RunInconsistent',
      why: expect.stringContaining('column amt is string there and date in the layout'),
    });
    const status = await dayStatus(lake.ports, 'evo', '2025-08-12');
    expect(status).toMatchObject({ published: null, counts: { loaded: 0 } });
    expect(status.pending).toBeUndefined();
    expect(await shown(lake)).toEqual([{ id: '1', amt: 'x', day: '11' }]);
  });

  test('a commit that the catalog does not show is not called published', async () => {
    await using lake = await TestLake.make('on disk');
    const columns = [ID, amount('decimal(10,2)')];
    await load(lake, '2025-08-11', columns, [{ id: '1', amt: '1.00' }]);
    const { catalog } = lake.ports;
    const { publishDay, on } = catalog;
    catalog.publishDay = async () => {
      throw new Error('the catalog is away');
    };
    catalog.on = (store) => Object.assign(on!.call(catalog, store), { publishDay: catalog.publishDay });
    await expect(load(lake, '2025-08-11', columns, [{ id: '2', amt: '2.00' }])).rejects.toThrow('away');
    await expect(load(lake, '2025-08-12', columns, [{ id: '3', amt: '3.00' }])).rejects.toThrow('away');
    const [first, second] = [
      await dayStatus(lake.ports, 'evo', '2025-08-11'),
      await dayStatus(lake.ports, 'evo', '2025-08-12'),
    ];
    expect(first).toMatchObject({ published: { commit: 1 }, pending: { commit: 2 } });
    expect(second).toMatchObject({ published: null, pending: { commit: 1 } });
    Object.assign(catalog, { publishDay, on });
    await load(lake, '2025-08-12', columns, [{ id: '3', amt: '3.00' }]);
    const third = await dayStatus(lake.ports, 'evo', '2025-08-12');
    expect(third.published).toMatchObject({ commit: 1 });
    expect(third.pending).toBeUndefined();
  });
});

const isNumber = (type: string) => type === 'integer' || type.startsWith('decimal');

/** Every value of `narrow` as one of `wide`, by the values themselves. */
function holdsAll(wide: string, narrow: string): boolean {
  const range = (type: string) => {
    if (type === 'integer') return { most: 2n ** 63n - 1n, scale: 0 };
    const [, precision, scale] = /^decimal\((\d+),(\d+)\)$/.exec(type)!;
    return { most: 10n ** BigInt(precision!) - 1n, scale: Number(scale) };
  };
  const [a, b] = [range(wide), range(narrow)];
  return a.scale >= b.scale && b.most * 10n ** BigInt(a.scale - b.scale) <= a.most;
}

function fits(table: string, layout: string): boolean {
  if (table === layout) return true;
  if (![table, layout].every(isNumber)) return false;
  const [narrow, wide] = holdsAll(layout, table) ? [table, layout] : [layout, table];
  return wide !== 'integer' && holdsAll(wide!, narrow!);
}

describe('any two layouts of one name', () => {
  const type = fc.oneof(
    fc.constantFrom('string', 'date', 'integer'),
    fc
      .tuple(fc.integer({ min: 1, max: 38 }), fc.integer({ min: 0, max: 6 }))
      .map(([precision, scale]) => `decimal(${precision},${Math.min(scale, precision)})`),
    fc.constantFrom('decimal(19,0)', 'decimal(21,2)', 'decimal(10,2)', 'decimal(12,2)', 'decimal(12,4)'),
  );
  const columns = fc
    .tuple(fc.subarray(['a', 'b', 'c'], { minLength: 1 }), type, type, type)
    .map(([names, ...types]) => names.map((name, index) => ({ name, type: types[index]! })));
  const seed = fc.array(fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }), { minLength: 1, maxLength: 3 });

  function writtenAs(type: string, number: bigint): string {
    if (type === 'string') return String(number % 1_000_000n);
    if (type === 'date') return `20250${1 + Number(number % 9n)}1${Number(number % 10n)}`;
    if (type === 'integer') return String(number % 10n ** 18n);
    const [, precision = 0, scale = 0] = (/(\d+),(\d+)/.exec(type) ?? []).map(Number);
    const digits = String(number % 10n ** BigInt(precision)).padStart(precision, '0');
    return scale === 0 ? digits : `${digits.slice(0, precision - scale)}.${digits.slice(precision - scale)}`;
  }

  function expected(type: string, value: string): string {
    if (type === 'string') return value;
    if (type === 'date') return value.replace(/(....)(..)(..)/, '$1-$2-$3');
    const [whole = '', fraction = ''] = value.split('.');
    const digits = fraction.replace(/0+$/, '');
    return `${whole.replace(/^0+(?=\d)/, '') || '0'}${digits ? `.${digits}` : ''}`;
  }

  test('the second is refused when it is split, or all rows of both days read as they were written', async () => {
    let [refusals, loads] = [0, 0];
    await fc.assert(
      fc.asyncProperty(columns, columns, seed, async (first, second, numbers) => {
        await using lake = await TestLake.make('on disk');
        const rowsOf = (of: Column[]) =>
          numbers.map((number) =>
            Object.fromEntries(of.map(({ name, type }) => [name, writtenAs(type, number)])),
          );
        const written = (of: Column[], day: string) =>
          rowsOf(of).map((row) => ({
            ...Object.fromEntries(of.map(({ name, type }) => [name, expected(type, row[name]!)])),
            day,
          }));
        const changes = { day: { duplicates: 'warn' } };
        await load(lake, '2025-08-11', first, rowsOf(first), changes);
        const { status } = await load(lake, '2025-08-12', second, rowsOf(second), changes);
        const fitting = second.every((column) => {
          const before = first.find(({ name }) => name === column.name);
          return !before || fits(before.type, column.type);
        });
        expect(status).toBe(fitting ? 'loaded' : 'refused');
        if (fitting) loads++;
        else refusals++;
        const all = [...written(first, '11'), ...(fitting ? written(second, '12') : [])];
        const text = (rows: Row[]) => rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
        expect(text(await shown(lake))).toEqual(text(all));
        // A filter must not be asked of a file in the narrower type of that file.
        for (const { name, type } of (fitting ? [...first, ...second] : first).filter(({ type }) =>
          isNumber(type),
        )) {
          const values = all.flatMap((row: Row) => (row[name] === undefined ? [] : [row[name]]));
          if (!values.every((value) => /^[\d.]{1,30}$/.test(value))) continue;
          const bound = `${values[0]!.split('.')[0]}.${type.length % 2 === 0 ? '0000001' : '01'}`;
          const scaled = (value: string) => {
            const [whole = '', fraction = ''] = value.split('.');
            return BigInt(whole + fraction.padEnd(7, '0'));
          };
          const less = all.filter((row: Row) => row[name] !== undefined && scaled(row[name]) < scaled(bound));
          expect(text(await shown(lake, `${name} < ${bound}`))).toEqual(text(less));
        }
      }),
      {
        numRuns: samples(25),
        // Both ends of the story, whatever else is drawn.
        examples: [
          [[{ name: 'a', type: 'decimal(10,2)' }], [{ name: 'a', type: 'decimal(12,2)' }], [12345n]],
          [[{ name: 'a', type: 'decimal(12,2)' }], [{ name: 'a', type: 'date' }], [12345n]],
        ],
      },
    );
    expect(Math.min(refusals, loads)).toBeGreaterThan(0);
  });
});
