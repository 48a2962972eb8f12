import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from '@uwdata/flechette';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { arrowBody } from '../../shared/ask/answer-arrow.ts';

it('Arrow has the day of every date that DuckDB writes, before Christ and after 9999 too', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const days = fc.sample(fc.integer({ min: -2_000_000, max: 9_000_000 }), 300);
  const sql = `SELECT CAST(DATE '1970-01-01' + CAST(d AS INTEGER) AS varchar) FROM (SELECT unnest([${days.join(', ')}]) AS d)`;
  const rows = (await (await connection.run(sql)).getRows()) as string[][];
  connection.closeSync();
  instance.closeSync();
  const table = tableFromIPC(arrowBody([{ name: 'd', type: 'DATE' }], rows));
  expect([...table.getChild('d')].map((ms) => Number(ms) / 86_400_000)).toEqual(days);
});

it.each([
  ['DATE', 'infinity'],
  ['HUGEINT', String(10n ** 38n)],
])('says of %s %s that Arrow has no type for it, instead of another value', (type, value) => {
  expect(() => arrowBody([{ name: 'x', type }], [[value]])).toThrow(/Arrow has no type/);
});
