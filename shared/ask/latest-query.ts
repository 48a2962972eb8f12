import { UsageError } from '../errors.ts';
import { daysDataset } from '../keys/lake-keys.ts';
import { type Mapping, portfolioSelect } from './mapping.ts';
import type { NamedQuery } from './named-query.ts';
import { type NormalSql, normalSql, type SqlLiteral } from './normal-sql.ts';
import { type ParameterType, sqlLiteral } from './sql-literal.ts';

/**
 * A query of the analytics as one text that asks for the latest night whenever it runs, for programs that only keep a text (QuickSight, saved
 * queries). Its parameters have their defaults, and the table of days says which nights there are.
 */
export function latestQuery(query: NamedQuery, mapping: Mapping): NormalSql {
  const days = daysDataset(mapping.table);
  const literals = new Map<string, SqlLiteral>();
  for (const { name, type, default: usual } of query.parameters) {
    if (usual === undefined) throw new UsageError({ what: `'${query.name}' needs the parameter '${name}'` });
    literals.set(name, usualLiteral(name, type, usual, literals, days));
  }
  const sql = query.sql.replace(/\$\{([^}]*)\}/g, (_, words: string) =>
    portfolioSelect(mapping, condition(words.trim().split(/\s+/), mapping.nights, literals)),
  );
  return normalSql(sql, literals);
}

function usualLiteral(
  name: string,
  type: ParameterType,
  usual: string,
  known: ReadonlyMap<string, SqlLiteral>,
  days: string,
): SqlLiteral {
  if (usual === 'latest') return `(SELECT max(business_date) FROM ${days})`;
  const [, from = '', count] = /^(\w+) - (\d+)$/.exec(usual) ?? [];
  if (count !== undefined) {
    const date = `CAST(${known.get(from)} - INTERVAL '${count}' DAY AS date)`;
    if (type === 'date') return date;
    const night = `(SELECT max(business_date) FROM ${days} WHERE business_date <= ${date})`;
    return `coalesce(${night}, (SELECT min(business_date) FROM ${days}))`;
  }
  const [, after] = /^before (\w+)$/.exec(usual) ?? [];
  if (after !== undefined) {
    const night = `(SELECT max(business_date) FROM ${days} WHERE business_date < ${known.get(after)})`;
    return `coalesce(${night}, ${known.get(after)})`;
  }
  return sqlLiteral(name, type, type === 'text' ? usual : type === 'whole' ? Number(usual) : usual);
}

/** The same nights as those of `composeQuery`, found when the query runs. */
function condition(
  [, , from = '', , to = '']: string[],
  nights: Mapping['nights'],
  literals: ReadonlyMap<string, SqlLiteral>,
): string {
  const text = (name: string) => `CAST(${literals.get(name)} AS varchar)`;
  const night = "concat(year, '-', month, '-', day)";
  if (to !== '') return `${night} >= ${text(from)} AND ${night} <= ${text(to)}`;
  if (nights === 'increment') return `${night} <= ${text(from)}`;
  const parts = [
    ['year', 1, 4],
    ['month', 6, 2],
    ['day', 9, 2],
  ] as const;
  return parts.map(([part, at, length]) => `${part} = substr(${text(from)}, ${at}, ${length})`).join(' AND ');
}
