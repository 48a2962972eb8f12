import { describe, expect, it } from 'vitest';
import { holdToWords } from '../../shared/ask/word-grant.ts';
import type { PublishedTables } from '../../shared/ports/query-engine.ts';

const columns = ['id', 'cpf', 'value', 'year'].map((name) => ({ name, type: 'string' }));
const PUBLISHED: PublishedTables = new Map([
  ['contracts', { columns, days: {}, contents: {} }],
  ['contracts_rejects', { columns, days: {}, contents: {} }],
  ['sales', { columns, days: {}, contents: {} }],
]);
const FEW = { tables: new Map([['contracts', ['id', 'value', 'year']]]) };

describe('a statement is held to a role by its words', () => {
  it.each([
    'SELECT id, value FROM contracts',
    'SELECT count(*), COUNT( * ) FROM contracts',
    'SELECT value * 2, (value) * value FROM contracts',
    "SELECT 'cpf', 'contracts_rejects' FROM contracts",
    'WITH t AS (SELECT id FROM contracts) SELECT id FROM t',
  ])('may ask %s', (sql) => {
    expect(() => holdToWords(sql, FEW, PUBLISHED)).not.toThrow();
  });

  it.each([
    'SELECT cpf FROM contracts',
    'SELECT "CPF" FROM contracts',
    'SELECT c.cpf FROM contracts c',
    'SELECT * FROM contracts',
    'SELECT DISTINCT * FROM contracts',
    'SELECT ALL * FROM contracts',
    'SELECT id, * FROM contracts',
    'SELECT c.* FROM contracts c',
    'SELECT id FROM (TABLE contracts)',
    'SELECT id FROM contracts NATURAL JOIN (SELECT 1)',
    'SELECT id FROM contracts MATCH_RECOGNIZE (ALL ROWS PER MATCH)',
    'SELECT id FROM sales',
    'SELECT id FROM "Sales"',
    'SELECT id FROM lake.contracts_rejects',
    'SELECT id FROM "contracts$partitions"',
    'SELECT table_name FROM information_schema.tables',
  ])('may not ask %s', (sql) => {
    expect(() => holdToWords(sql, FEW, PUBLISHED)).toThrow('this role may not ask that');
  });

  it('asks what it likes if it sees everything', () => {
    expect(() => holdToWords('SELECT * FROM sales', { tables: undefined }, PUBLISHED)).not.toThrow();
  });
});
