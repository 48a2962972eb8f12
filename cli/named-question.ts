import type { Lake } from '../local/lake/lake.ts';
import { sqlName } from '../local/lake/sql-text.ts';
import { mappingFor, namedQueries } from '../local/serve/query-catalog.ts';
import { composeQuery } from '../shared/ask/compose-query.ts';
import { normalSql } from '../shared/ask/normal-sql.ts';
import type { ParameterValue } from '../shared/ask/question.ts';
import { daysDataset } from '../shared/keys/lake-keys.ts';
import { didYouMean } from '../shared/layout/did-you-mean.ts';
import { usageError } from '../terminal/command-line.ts';

interface NamedQuestion {
  name: string;
  /** `name=value`, as they were typed. */
  params: readonly string[];
  mapping: string | undefined;
}

/** The SQL of a named query, for the nights of a lake. Fails with `UsageError`. */
export async function namedSql(lake: Lake, { name, params, mapping: file }: NamedQuestion): Promise<string> {
  const queries = await namedQueries();
  const query = queries.get(name);
  if (!query)
    throw usageError(
      `there is no query '${name}'${didYouMean(name, [...queries.keys()])}`,
      'docs/analytics/README.md and docs/queries/README.md explain them',
    );
  const days = await daysOf(lake);
  const mapping = await mappingFor(file, [...days.keys()]);
  const values = Object.fromEntries(params.map((word) => parameterOf(word, query.parameters)));
  const words = new Set(query.sql.toLowerCase().match(/\w+/g));
  const named = [...days].filter(([table]) =>
    query.isMapped ? table === mapping?.table : words.has(table.toLowerCase()),
  );
  const nights = [...new Set(named.flatMap(([, dates]) => dates))].sort();
  const composed = composeQuery(query, values, nights, mapping);
  return normalSql(composed.sql, composed.literals).text;
}

/** Table → its published days. */
async function daysOf(lake: Lake): Promise<Map<string, string[]>> {
  const days = new Map<string, string[]>();
  for (const table of lake.tables.filter((one) => lake.tables.includes(daysDataset(one)))) {
    const { rows } = await lake.query(`SELECT business_date FROM ${sqlName(daysDataset(table))} ORDER BY 1`);
    days.set(
      table,
      rows.map(([date]) => String(date)),
    );
  }
  return days;
}

/** `most=5` is a number where the query wants one. */
function parameterOf(
  word: string,
  parameters: readonly { name: string; type: string }[],
): [string, ParameterValue] {
  const at = word.indexOf('=');
  if (at < 1) throw usageError(`--param '${word}' is not name=value`, 'Write it as --param most=5');
  const [name, value] = [word.slice(0, at), word.slice(at + 1)];
  const { type } = parameters.find((one) => one.name === name) ?? {};
  return [name, type === 'whole' && /^-?\d{1,15}$/.test(value) ? Number(value) : value];
}
