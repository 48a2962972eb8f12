import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keysAfter, planTableChange, widerType } from '../../shared/catalog/table-change.ts';
import type { CatalogColumn } from '../../shared/ports/catalog.ts';

const DUCKDB = { castsNumbers: true, renames: true };
const ATHENA = { castsNumbers: false, renames: false };

/** The values of a type: every whole number up to `most`, divided by 10 to the power of `scale`. */
function valuesOf(type: string): { most: bigint; scale: number } {
  if (type === 'bigint') return { most: 2n ** 63n - 1n, scale: 0 };
  const [, precision, scale] = /^decimal\((\d+),(\d+)\)$/.exec(type)!;
  return { most: 10n ** BigInt(precision!) - 1n, scale: Number(scale) };
}

function holdsAll(wide: string, narrow: string): boolean {
  const [a, b] = [valuesOf(wide), valuesOf(narrow)];
  return a.scale >= b.scale && b.most * 10n ** BigInt(a.scale - b.scale) <= a.most;
}

describe('the wider of two types', () => {
  const decimal = fc
    .tuple(fc.integer({ min: 1, max: 38 }), fc.integer({ min: 0, max: 38 }))
    .map(([precision, scale]) => `decimal(${precision},${Math.min(scale, precision)})`);
  const number = fc.oneof(
    decimal,
    fc.constantFrom('bigint', 'decimal(18,0)', 'decimal(19,0)', 'decimal(20,1)'),
  );

  test('holds every value of both, and is found if one of two decimals does', () => {
    fc.assert(
      fc.property(number, number, (one, other) => {
        const wider = widerType(one, other, DUCKDB);
        if (wider === undefined) {
          expect(one === other).toBe(false);
          for (const [wide, narrow] of [
            [one, other],
            [other, one],
          ] as const) {
            if (wide !== 'bigint') expect(holdsAll(wide, narrow)).toBe(false);
          }
          return;
        }
        expect([one, other]).toContain(wider);
        expect(holdsAll(wider, one) && holdsAll(wider, other)).toBe(true);
        expect(widerType(other, one, DUCKDB)).toBe(wider);
      }),
      { numRuns: 2000 },
    );
  });

  test('an integer stays one among integers only, and a reader that compares unscaled digits gets digits of one form', () => {
    expect(widerType('decimal(10,0)', 'bigint', DUCKDB)).toBeUndefined();
    expect(widerType('bigint', 'decimal(19,0)', DUCKDB)).toBe('decimal(19,0)');
    expect(widerType('bigint', 'decimal(19,0)', ATHENA)).toBeUndefined();
    expect(widerType('decimal(19,0)', 'bigint', ATHENA)).toBeUndefined();
    expect(widerType('bigint', 'bigint', ATHENA)).toBe('bigint');
    expect(widerType('decimal(10,2)', 'decimal(18,2)', ATHENA)).toBe('decimal(18,2)');
    expect(widerType('decimal(38,2)', 'decimal(19,2)', ATHENA)).toBe('decimal(38,2)');
    expect(widerType('decimal(10,2)', 'decimal(19,2)', ATHENA)).toBeUndefined();
    expect(widerType('decimal(10,2)', 'decimal(12,3)', ATHENA)).toBeUndefined();
  });

  test.each([
    ['string', 'date'],
    ['date', 'timestamp'],
    ['bigint', 'double'],
    ['decimal(10,2)', 'string'],
    ['array<decimal(9,2)>', 'array<decimal(12,2)>'],
  ])('of %s and %s is none', (one, other) => {
    expect(widerType(one, other, DUCKDB)).toBeUndefined();
    expect(widerType(other, one, DUCKDB)).toBeUndefined();
  });
});

test('a table keeps the places of its columns, and says what changes', () => {
  const day = { name: 'day', type: 'string' };
  const table = {
    columns: [
      { name: 'id', type: 'string' },
      { name: 'amount', type: 'decimal(10,2)' },
      { name: 'gone', type: 'date' },
    ],
    partitionKeys: [day],
  };
  const wanted = {
    columns: [
      { name: 'fresh', type: 'boolean' },
      { name: 'amount', type: 'decimal(12,2)' },
      { name: 'id', type: 'string' },
    ],
    partitionKeys: [day],
  };
  expect(planTableChange(table, wanted, ATHENA)).toEqual({
    columns: [
      { name: 'id', type: 'string' },
      { name: 'amount', type: 'decimal(12,2)', hasNarrowerFiles: true, areNarrowerPromoted: true },
      { name: 'gone', type: 'date' },
      { name: 'fresh', type: 'boolean' },
    ],
    renamed: [],
    widened: [{ name: 'amount', from: 'decimal(10,2)', to: 'decimal(12,2)' }],
    partitionKeys: [day],
    absent: ['gone'],
    problems: [],
  });
});

describe('a table that is to be partitioned otherwise', () => {
  const column = (name: string, type = 'string', more = {}) => ({ name, type, ...more });
  const day = column('day');
  const of = (columns: CatalogColumn[], keys: CatalogColumn[]) => ({
    columns,
    partitionKeys: [day, ...keys],
  });
  const mixed = { isPartlyInFolders: true };

  test('has a column as a key, and notes that some files have it themselves', () => {
    const change = planTableChange(
      of([column('id'), column('uf')], []),
      of([column('id')], [column('uf')]),
      ATHENA,
    );
    expect(change).toEqual({
      columns: [column('id')],
      partitionKeys: [day, column('uf', 'string', mixed)],
      partitionedBefore: [day],
      widened: [],
      renamed: [],
      absent: [],
      problems: [],
    });
    const back = planTableChange(change, of([column('id'), column('uf')], []), ATHENA);
    expect(back).toMatchObject({ columns: [column('id'), column('uf', 'string', mixed)], problems: [] });
  });

  test('keeps a key that the layout has no longer as a column, after those that it had', () => {
    const table = of([column('id')], [column('uf'), column('tipo', 'bigint')]);
    const change = planTableChange(table, of([column('novo'), column('id')], [column('agencia')]), ATHENA);
    expect(change).toMatchObject({
      columns: [column('id'), column('uf', 'string', mixed), column('tipo', 'bigint', mixed), column('novo')],
      partitionKeys: [day, column('agencia')],
      absent: ['uf', 'tipo'],
      problems: [],
    });
    const kept = planTableChange(table, of([column('id')], [column('agencia')]), ATHENA, 'table');
    expect(kept).toMatchObject({
      columns: [column('id'), column('agencia', 'string', mixed)],
      partitionKeys: table.partitionKeys,
    });
    expect(kept).not.toHaveProperty('partitionedBefore');
  });

  test('finds a key that became a column of another name, and takes the order of the layout', () => {
    const table = of([column('id')], [column('uf'), column('tipo')]);
    expect(planTableChange(table, of([column('id')], [column('tipo'), column('uf')]), DUCKDB)).toMatchObject({
      partitionKeys: [day, column('tipo'), column('uf')],
      partitionedBefore: table.partitionKeys,
    });
    const renamed = of([column('id'), column('estado', 'string', { formerly: ['uf'] })], [column('tipo')]);
    expect(planTableChange(table, renamed, DUCKDB)).toMatchObject({
      columns: [column('id'), { ...column('estado', 'string', mixed), formerly: ['uf'] }],
      renamed: [{ from: 'uf', to: 'estado' }],
      problems: [],
    });
  });

  test.each([
    ['another type of a key', of([], [column('n', 'bigint')]), of([], [column('n', 'string')])],
    ['a wider type of a key', of([], [column('n', 'decimal(4,2)')]), of([], [column('n', 'decimal(9,2)')])],
    [
      'a wider type of what was a key',
      of([column('n', 'decimal(4,2)', mixed)], []),
      of([column('n', 'decimal(9,2)')], []),
    ],
    [
      'a key of what some files have in a narrower type',
      of([column('n', 'decimal(9,2)', { hasNarrowerFiles: true })], []),
      of([], [column('n', 'decimal(9,2)')]),
    ],
  ])('refuses %s', (_, table, wanted) => {
    expect(planTableChange(table, wanted, DUCKDB).problems).toHaveLength(1);
  });
});

test('a table is partitioned as the layout says, unless a later day than that of the file is published', () => {
  expect(keysAfter([], '2025-08-12')).toBe('layout');
  expect(keysAfter(['2025-08-10', '2025-08-12'], '2025-08-12')).toBe('layout');
  expect(keysAfter(['2025-08-10', '2025-08-13'], '2025-08-12')).toBe('table');
  expect(keysAfter(['2025-08-13'], '2025-08-12')).toBe('table');
});

describe('a column', () => {
  const change = (
    table: CatalogColumn[],
    wanted: CatalogColumn[],
    skills = DUCKDB,
    keys: { table?: CatalogColumn[]; wanted?: CatalogColumn[] } = {},
  ) =>
    planTableChange(
      { columns: table, partitionKeys: keys.table ?? [] },
      { columns: wanted, partitionKeys: keys.wanted ?? [] },
      skills,
    );
  const text = (name: string, formerly?: string[]) => ({
    name,
    type: 'string',
    ...(formerly && { formerly }),
  });
  const decimal = (digits: string, more = {}) => ({ name: 'n', type: `decimal(${digits})`, ...more });

  test('that was renamed keeps its new name when a layout has the old one', () => {
    const renamed = change([text('old')], [text('new', ['old'])]);
    expect(renamed).toMatchObject({ columns: [text('new', ['old'])], renamed: [{ from: 'old', to: 'new' }] });
    const back = change(renamed.columns, [text('old')]);
    expect(back).toMatchObject({ columns: [text('new', ['old'])], renamed: [], problems: [] });
  });

  test('cannot be renamed for readers who find columns by their names, nor can two be one', () => {
    expect(change([text('old')], [text('new', ['old'])], ATHENA).problems).toEqual([
      'column new of the layout is old there, and readers of this catalog find columns by their names',
    ]);
    expect(change([text('old')], [text('old')], ATHENA).problems).toEqual([]);
    expect(change([text('old')], [text('old'), text('b', ['old'])]).problems).toEqual([
      'columns old and b of the layout are both old there',
    ]);
    expect(change([text('a'), text('b')], [text('c', ['a', 'b'])]).problems).toEqual([
      'column c cannot be what a was: the table has b too',
    ]);
  });

  test('that earlier layouts had in folders stays noted so, and stays of its type', () => {
    const mixed = { isPartlyInFolders: true };
    expect(change([decimal('9,2')], [decimal('9,2', mixed)]).columns).toEqual([decimal('9,2', mixed)]);
    expect(change([decimal('9,2')], [decimal('9,2')]).columns).toEqual([decimal('9,2')]);
    expect(change([decimal('9,2')], [decimal('4,2', mixed)]).problems).toEqual([
      'column n is decimal(9,2) there and decimal(4,2) in the layout, and files are partitioned by it',
    ]);
  });

  test('of two types that no one holds says both, and folders only if they are why', () => {
    const problem = 'column n is decimal(9,2) there and string in the layout';
    const other = { name: 'n', type: 'string' };
    expect(change([decimal('9,2')], [other]).problems).toEqual([problem]);
    expect(change([], [], DUCKDB, { table: [decimal('9,2')], wanted: [other] }).problems).toEqual([problem]);
  });

  test('is promoted if each narrower type of its files was', () => {
    const narrower = { hasNarrowerFiles: true };
    const promoted = { ...narrower, areNarrowerPromoted: true };
    expect(change([decimal('9,2', promoted)], [decimal('9,2')]).columns).toEqual([decimal('9,2', promoted)]);
    expect(change([decimal('9,2', narrower)], [decimal('9,2')]).columns).toEqual([decimal('9,2', narrower)]);
    expect(change([decimal('9,2', narrower)], [decimal('12,2')]).columns).toEqual([
      decimal('12,2', narrower),
    ]);
    expect(change([decimal('9,2', promoted)], [decimal('12,2')]).columns).toEqual([
      decimal('12,2', promoted),
    ]);
    expect(change([decimal('9,2', promoted)], [decimal('12,3')]).columns).toEqual([
      decimal('12,3', narrower),
    ]);
    expect(change([{ name: 'n', type: 'bigint' }], [decimal('19,0')]).columns).toEqual([
      decimal('19,0', narrower),
    ]);
  });

  test('may become a key if every narrower type of its files is promoted', () => {
    const keyed = (more: object) => change([decimal('9,2', more)], [], DUCKDB, { wanted: [decimal('9,2')] });
    expect(keyed({ hasNarrowerFiles: true, areNarrowerPromoted: true }).problems).toEqual([]);
    expect(keyed({ hasNarrowerFiles: true }).problems).toEqual([
      'files cannot be partitioned by n: earlier ones have it in another type than decimal(9,2), and readers of Iceberg only promote a decimal to one of the same scale',
    ]);
  });
});
