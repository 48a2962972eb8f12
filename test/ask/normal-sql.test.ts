import { DuckDBInstance } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalSql } from '../../shared/ask/normal-sql.ts';
import { freeLiteral, sqlLiteral } from '../../shared/ask/sql-literal.ts';
import { sqlTokens } from '../../shared/ask/sql-tokens.ts';
import { unsteadyWords } from '../../shared/ask/unsteady-words.ts';

let instance: DuckDBInstance;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
});
afterAll(() => instance.closeSync());

async function rows(sql: string): Promise<unknown[][]> {
  const connection = await instance.connect();
  try {
    return await (await connection.run(sql)).getRowsJson();
  } finally {
    connection.closeSync();
  }
}

const piece = fc.oneof(
  fc.constantFrom(
    'select',
    'From',
    'valor',
    '"A ""b"',
    "'it''s'",
    "''",
    '1',
    '1.5e3',
    '.5',
    '1.',
    '(',
    ')',
    ',',
    '.',
  ),
  fc.constantFrom('=', '<>', '||', '->', '::', '-', '+', '*', '[', ']', '{', '}', 'ação', '||'),
  fc.string({ maxLength: 6 }).map((text) => `'${text.replaceAll("'", "''")}'`),
);
const space = fc.constantFrom(' ', '\n', '\t ', ' -- why; not\n', " /* it's */ ", '/* a; b */ ');

describe('the form in which a statement is run', () => {
  it('is the same whatever stands between its tokens, and has the same tokens', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, space, space), { minLength: 1, maxLength: 30 }), (pieces) => {
        const [one, other] = [1, 2].map(
          (at) => `select ${pieces.map((all) => `${all[0]}${all[at]}`).join(' ')}`,
        ) as [string, string];
        const form = normalSql(one).text;
        expect(normalSql(other).text).toBe(form);
        expect(normalSql(form).text).toBe(form);
        const kinds = (sql: string) =>
          sqlTokens(sql).map(({ kind, text }) => `${kind} ${text.toUpperCase()}`);
        expect(kinds(form)).toEqual(kinds(one));
      }),
    );
  });

  it('keeps the letters of what is no reserved word: an answer shows the names of its columns', () => {
    expect(normalSql('select Total as "Soma" from T').text).toBe('SELECT Total AS "Soma" FROM T');
  });

  it.each([
    ['', /no statement/],
    ['-- only a comment', /no statement/],
    [';;', /no statement/],
    ['SELECT 1; SELECT 2', /several statements/],
    ['SELECT 1;; DROP TABLE contracts', /several statements/],
    ["COPY contracts TO '/tmp/x'", /begins with copy/],
    ['INSERT INTO contracts SELECT 1', /begins with insert/],
    ["SELECT e'\\'; DROP TABLE x --'", /means something else/],
    ["SELECT U&'\\0041'", /one engine only|no token/],
    ['SELECT $$text$$', /no token/i],
    ['SELECT /* a /* b */ 1 */ 2', /no end, or holds another/],
    ["SELECT 'open", /no end/],
    ['SELECT "open', /no end/],
    ['SELECT `name`', /no token/i],
    ['SELECT :day', /has no value/],
  ])('refuses %j', (sql, message) => {
    expect(() => normalSql(sql)).toThrow(message);
  });

  it('refuses a text that is longer than any question', () => {
    expect(() => normalSql(`SELECT ${'1'.repeat(100_001)}`)).toThrow(/100000 are the most/);
  });

  it('knows every function of DuckDB whose value is not that of its arguments', async () => {
    const unstable = await rows(
      "SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability <> 'CONSISTENT'",
    );
    const names = new Set(unstable.map(([name]) => String(name)));
    expect([...names].filter((name) => unsteadyWords(new Set([name])).length === 0)).toEqual([]);
  });

  it.each([
    'now()',
    'CURRENT_DATE',
    '(SELECT random())',
    '"RANDOM"()',
    'uuid()',
  ])('says that %s is unsteady', (expression) => {
    expect(normalSql(`SELECT ${expression} FROM contracts`).unsteady).not.toEqual([]);
  });
});

describe('the value of a parameter', () => {
  const value = fc.oneof(
    fc
      .string({ unit: 'binary', maxLength: 40 })
      .filter((text) => !text.includes('\0') && text.isWellFormed()),
    fc.constantFrom("'; DROP TABLE x --", "\\'", "''", '/*', '--', ':day', '$$', '\n'),
  );

  it('reaches the engine as it was given', async () => {
    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        const { text: sql } = normalSql('SELECT :v AS v, :v || :v', new Map([['v', freeLiteral('v', text)]]));
        expect(await rows(sql)).toEqual([[text, text + text]]);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['date', '2025-02-30'],
    ['date', "2025-01-01' OR 1=1"],
    ['whole', 1.5],
    ['whole', '7; DROP'],
    ['number', '1e9'],
    ['number', 'NaN'],
    ['text', 5],
  ] as const)('is not a %s: %j', (type, given) => {
    expect(() => sqlLiteral('p', type, given)).toThrow(/the parameter p is not/);
  });
});
