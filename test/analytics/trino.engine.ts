import { beforeAll, describe, expect, it } from 'vitest';
import { mappingFor, namedQueries } from '../../local/serve/query-catalog.ts';
import { TrinoClient } from '../../tools/engines/trino-client.ts';
import { askedAnalytics, firstDifferentCell } from './asked-analytics.ts';
import { COLUMNS, daysOf, POPULATIONS, tuplesOf } from './population.ts';

const queries = [...(await namedQueries()).values()].filter(({ isMapped }) => isMapped);
const mapping = (await mappingFor(undefined, ['contracts']))!;
const client = new TrinoClient(process.env.TRINO_ADDRESS ?? '');
/** Trino parses a statement recursively: a list of rows must not be too long. */
const ROWS_A_STATEMENT = 200;

beforeAll(async () => {
  for (const [index, population] of POPULATIONS.entries()) {
    await client.query(`CREATE SCHEMA s${index}`);
    const columns = COLUMNS.map(([name, type]) => `${name} ${type}`);
    await client.query(`CREATE TABLE s${index}.contracts (${columns.join(', ')})`);
    await client.query(`CREATE TABLE s${index}.contracts_days AS ${daysOf(population)}`);
    const tuples = tuplesOf(population);
    for (let at = 0; at < tuples.length; at += ROWS_A_STATEMENT) {
      const some = tuples.slice(at, at + ROWS_A_STATEMENT);
      await client.query(`INSERT INTO s${index}.contracts VALUES ${some.join(', ')}`);
    }
  }
});

describe('analytics on Trino', () => {
  it.each(queries.map((query) => [query.name, query] as const))('%s', async (_, query) => {
    const differences: string[] = [];
    for (const [index, population] of POPULATIONS.entries()) {
      for (const { sql, expected, isLatest } of askedAnalytics(query, mapping, population)) {
        // The text for the latest night on a few: it differs in how nights are found, and not in what is worked out of them.
        if (isLatest && index % 5 !== 0) continue;
        const own = sql.replaceAll(/\bFROM (contracts(?:_days)?)\b/g, `FROM s${index}.$1`);
        const found = await client.query(own).then(
          (rows) => rows.map((row) => Object.values(row)),
          (error: Error) => error.message,
        );
        const difference = typeof found === 'string' ? found : firstDifferentCell(expected, found);
        if (difference !== undefined) differences.push(`${population.what}: ${difference}`);
      }
    }
    expect(differences).toEqual([]);
  });
});
