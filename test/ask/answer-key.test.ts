import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerKey, tablesNamed } from '../../shared/ask/answer-key.ts';
import { grantOf, readRoles } from '../../shared/ask/grant.ts';
import { normalSql } from '../../shared/ask/normal-sql.ts';
import type { PublishedTables } from '../../shared/ports/query-engine.ts';

const COLUMNS = ['id', 'cpf', 'value'].map((name) => ({ name, type: 'string' }));
const LIMITS = { timeoutMs: 1, mostRows: 2, mostBytes: 3 };

const days = fc.dictionary(
  fc.constantFrom('2025-08-11', '2025-08-12', '2025-08-13'),
  fc.integer({ min: 1, max: 3 }),
);
const contents = fc.dictionary(
  fc.constantFrom('2025-08-11', '2025-08-12', '2025-08-13'),
  fc.constantFrom('files', 'other files'),
);
const published = fc.tuple(days, days, contents).map(
  ([a, b, contents]): PublishedTables =>
    new Map([
      ['contracts', { columns: COLUMNS, days: a, contents }],
      ['sales', { columns: COLUMNS, days: b, contents: {} }],
    ]),
);
const columns = fc.oneof(
  fc.constant('all' as const),
  fc.subarray(['id', 'cpf', 'value'], { minLength: 1 }).map((only) => ({ only })),
  fc.subarray(['id', 'cpf', 'value'], { minLength: 1 }).map((except) => ({ except })),
);
const role = fc.record({
  tables: fc.oneof(
    fc.constant('all' as const),
    fc.dictionary(fc.constantFrom('contracts', 'sales'), columns),
  ),
});
const name = fc.constantFrom('analysts', 'auditors', 'all');
const sql = fc.constantFrom(
  'SELECT count(*) FROM contracts',
  'SELECT cpf FROM contracts, sales',
  "SELECT 'contracts' FROM sales",
);

const source = fc.record({ name, role, published, sql, engine: fc.constantFrom('duckdb 1', 'athena 3') });

const part = fc.constantFrom('all', 'name', 'role', 'published', 'sql', 'engine');

function withOtherFiles(tables: PublishedTables, others: PublishedTables): PublishedTables {
  return new Map([...tables].map(([table, of]) => [table, { ...of, contents: others.get(table)!.contents }]));
}

function keyOf({
  name,
  role,
  published,
  sql,
  engine,
}: typeof source extends fc.Arbitrary<infer T> ? T : never): [string, string] {
  const full = readRoles(JSON.stringify({ [name]: role }), 'test')[name]!;
  const grant = grantOf(name, full, published);
  const normal = normalSql(sql);
  const read = tablesNamed(normal.words, published);
  const meant = JSON.stringify([
    name,
    [...(grant.tables ?? [['all', 'all']])].sort(),
    normal.text,
    engine,
    [...read].map(([table, { days, contents }]) => [
      table,
      Object.entries(days)
        .sort()
        .map(([day, commit]) => [day, commit, contents[day] ?? '']),
    ]),
  ]);
  return [answerKey({ engine, sql: normal, grant, limits: LIMITS, read }), meant];
}

describe('the key of an answer', () => {
  it('is the same for the same statement, grant and commits, and for nothing else', () => {
    fc.assert(
      fc.property(source, source, part, (a, otherSource, which) => {
        // Most of them differ in one part alone, and in the published tables in the files alone.
        const b = which === 'all' ? otherSource : { ...a, [which]: otherSource[which] };
        if (which === 'published') b.published = withOtherFiles(a.published, otherSource.published);
        const [[key, meant], [other, otherMeant]] = [keyOf(a), keyOf(b)];
        expect(key === other).toBe(meant === otherMeant);
      }),
      { numRuns: 1_000 },
    );
  });

  it('two roles never share one, whatever they see', () => {
    fc.assert(
      fc.property(source, source, (a, b) => {
        fc.pre(a.name !== b.name);
        expect(keyOf({ ...b, name: a.name, role: a.role })[0]).not.toBe(keyOf(b)[0]);
      }),
      { numRuns: 500 },
    );
  });

  it('a commit of a table that is read makes another, one of another table does not', () => {
    const state = (contracts: number, sales: number): PublishedTables =>
      new Map([
        ['contracts', { columns: COLUMNS, days: { '2025-08-12': contracts }, contents: {} }],
        ['sales', { columns: COLUMNS, days: { '2025-08-12': sales }, contents: {} }],
      ]);
    const key = (published: PublishedTables) =>
      keyOf({
        name: 'all',
        role: { tables: 'all' },
        published,
        sql: 'SELECT count(*) FROM contracts',
        engine: 'duckdb 1',
      })[0];
    expect(key(state(2, 1))).not.toBe(key(state(1, 1)));
    expect(key(state(1, 2))).toBe(key(state(1, 1)));
  });

  it('a table is read if its name stands anywhere, in quotes too; a table of days is of all', () => {
    const tables: PublishedTables = new Map([
      ['contracts', { columns: [], days: {}, contents: {} }],
      ['sales', { columns: [], days: {}, contents: {} }],
    ]);
    const read = (text: string) => [...tablesNamed(normalSql(text).words, tables).keys()];
    expect(read('SELECT 1 FROM "Contracts"')).toEqual(['contracts']);
    expect(read('SELECT 1 FROM main . SALES')).toEqual(['sales']);
    expect(read('SELECT 1 FROM x_days')).toEqual(['contracts', 'sales']);
    expect(read("SELECT 'contracts'")).toEqual([]);
  });
});
