import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toSqlValue } from '../../local/lake/duckdb-value.ts';
import { toJsonValue } from '../../local/lake/sql-value.ts';
import { mappingFor, namedQueries } from '../../local/serve/query-catalog.ts';
import { askedAnalytics, firstDifferentCell, WORKED_OUT } from './asked-analytics.ts';
import { COLUMNS, daysOf, POPULATIONS, type Population, tuplesOf } from './population.ts';

const queries = [...(await namedQueries()).values()].filter(({ isMapped }) => isMapped);
const mapping = (await mappingFor(undefined, ['contracts']))!;

let instance: DuckDBInstance;
const connections = new Map<Population, DuckDBConnection>();

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  for (const [index, population] of POPULATIONS.entries()) {
    const connection = await instance.connect();
    const columns = COLUMNS.map(([name, type]) => `${name} ${type}`);
    await connection.run(
      `CREATE SCHEMA s${index}; USE s${index}; CREATE TABLE contracts (${columns.join(', ')})`,
    );
    const tuples = tuplesOf(population);
    if (tuples.length > 0) await connection.run(`INSERT INTO contracts VALUES ${tuples.join(', ')}`);
    await connection.run(`CREATE TABLE contracts_days AS ${daysOf(population)}`);
    connections.set(population, connection);
  }
});
afterAll(() => {
  for (const connection of connections.values()) connection.closeSync();
  instance.closeSync();
});

async function answerOf(population: Population, sql: string): Promise<unknown[][]> {
  const rows = await (await connections.get(population)!.run(sql)).getRows();
  return rows.map((row) => row.map((value) => toJsonValue(toSqlValue(value))));
}

describe('analytics on planted populations', () => {
  it('every query of the pack has an answer that was worked out without SQL', () => {
    expect(queries.map(({ name }) => name).sort()).toEqual(Object.keys(WORKED_OUT).sort());
  });

  it.each(queries.map((query) => [query.name, query] as const))('%s', async (_, query) => {
    const differences: string[] = [];
    for (const population of POPULATIONS) {
      for (const { sql, expected } of askedAnalytics(query, mapping, population)) {
        const difference = firstDifferentCell(expected, await answerOf(population, sql));
        if (difference !== undefined) differences.push(`${population.what}: ${difference}`);
      }
    }
    expect(differences).toEqual([]);
  });
});
