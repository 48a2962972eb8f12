import { UsageError } from '../errors.ts';
import type { PublishedTables } from '../ports/query-engine.ts';
import { onlyDays } from './answer-key.ts';
import { type Mapping, portfolioSelect } from './mapping.ts';
import type { NamedQuery } from './named-query.ts';
import { daysBefore, nightAtOrBefore, nightBefore } from './nights.ts';
import type { SqlLiteral } from './normal-sql.ts';
import type { ParameterValue } from './question.ts';
import { sqlLiteral } from './sql-literal.ts';

/** A named query that is ready to run. */
interface ComposedQuery {
  sql: string;
  literals: Map<string, SqlLiteral>;
  /** Parameters with the values that they got, to be shown. */
  params: Record<string, ParameterValue>;
  /** Leaves of the tables that it names only the days that it reads. */
  readDays(tables: PublishedTables): PublishedTables;
}

type Known = ReadonlyMap<string, ParameterValue>;

/** Fills in the nights, the parameters and the mapping. Fails with `UsageError` for parameters that are missing, unknown or wrong. */
export function composeQuery(
  query: NamedQuery,
  given: Readonly<Record<string, ParameterValue>>,
  nights: readonly string[],
  mapping: Mapping | undefined,
): ComposedQuery {
  if (query.isMapped && !mapping)
    throw new UsageError({
      what: `no mapping of this lake answers '${query.name}'`,
      next: 'Describe the table in a mapping; docs/analytics/README.md says how.',
    });
  const values = valuesOf(query, given, nights);
  const read = new DaysRead(mapping?.nights ?? 'snapshot');
  const sql = query.sql.replace(/\$\{([^}]*)\}/g, (placeholder, words: string) => {
    return portfolioSelect(mapping!, read.condition(placeholder, words.trim().split(/\s+/), values, nights));
  });
  const literals = new Map(
    query.parameters.map(({ name, type, asText }) => [
      name,
      sqlLiteral(name, asText ? 'text' : type, values.get(name) ?? null),
    ]),
  );
  return {
    sql,
    literals,
    params: Object.fromEntries(values),
    readDays: (tables) => (query.isMapped ? onlyDays(tables, (day) => read.has(day)) : tables),
  };
}

function valuesOf(
  { name: query, parameters }: NamedQuery,
  given: Readonly<Record<string, ParameterValue>>,
  nights: readonly string[],
): Map<string, ParameterValue> {
  const unknown = Object.keys(given).find((name) => !parameters.some((parameter) => parameter.name === name));
  if (unknown !== undefined)
    throw new UsageError({
      what: `'${query}' has no parameter '${unknown}'`,
      next: `Its parameters are ${parameters.map(({ name }) => name).join(', ') || 'none'}.`,
    });
  const values = new Map<string, ParameterValue>();
  for (const { name, type, default: usual } of parameters) {
    const own = Object.hasOwn(given, name) ? given[name] : undefined;
    if (own === undefined && usual === undefined)
      throw new UsageError({ what: `'${query}' needs the parameter '${name}'`, next: 'Give it in params.' });
    if (own !== undefined) sqlLiteral(name, type, own);
    const value = own ?? usualValue(usual!, type, values, nights);
    values.set(name, type === 'night' ? nightAtOrBefore(nights, String(value), own === undefined) : value);
  }
  return values;
}

/** `latest`, `business_date - 30`, `before business_date`, or JSON. */
function usualValue(usual: string, type: string, values: Known, nights: readonly string[]): ParameterValue {
  if (usual === 'latest') return nightAtOrBefore(nights, '9999-12-31', true);
  const [, word, days] = /^(\w+) - (\d+)$/.exec(usual) ?? [];
  if (word !== undefined) return daysBefore(String(values.get(word)), Number(days));
  const [, after] = /^before (\w+)$/.exec(usual) ?? [];
  if (after !== undefined) return nightBefore(nights, String(values.get(after)));
  return type === 'text' && !usual.startsWith('"') ? usual : (JSON.parse(usual) as ParameterValue);
}

/** Remembers which nights the placeholders of a query read. */
class DaysRead {
  readonly #tests: ((day: string) => boolean)[] = [];
  readonly #nights: Mapping['nights'];

  constructor(nights: Mapping['nights']) {
    this.#nights = nights;
  }

  has(day: string): boolean {
    return this.#tests.some((test) => test(day));
  }

  /** `portfolio at business_date`, `nights from first_date to business_date`. */
  condition(placeholder: string, words: string[], values: Known, nights: readonly string[]): string {
    const date = (name = '') => {
      const value = values.get(name);
      if (typeof value === 'string') return value;
      throw new UsageError({ what: `the SQL has the unknown placeholder ${placeholder}` });
    };
    const [noun, first, from, second, to] = words;
    if (noun === 'portfolio' && first === 'at' && words.length === 3) return this.#at(date(from));
    if (noun === 'nights' && first === 'from' && second === 'to' && words.length === 5)
      return this.#between(date(from), date(to), nights);
    throw new UsageError({
      what: `the SQL has the unknown placeholder ${placeholder}`,
      next: 'Write ${portfolio at <parameter>} or ${nights from <parameter> to <parameter>}.',
    });
  }

  #at(night: string): string {
    if (this.#nights === 'increment') {
      this.#tests.push((day) => day <= night);
      return `year <= '${night.slice(0, 4)}' AND concat(year, '-', month, '-', day) <= '${night}'`;
    }
    this.#tests.push((day) => day === night);
    return `year = '${night.slice(0, 4)}' AND month = '${night.slice(5, 7)}' AND day = '${night.slice(8)}'`;
  }

  /** Constants of `year` first: engines leave out partitions by them. */
  #between(from: string, to: string, nights: readonly string[]): string {
    this.#tests.push((day) => day >= from && day <= to);
    const within = nights.filter((night) => night >= from && night <= to);
    const months = [...new Set(within.map((night) => night.slice(0, 7)))];
    const any = months.map((month) => `(year = '${month.slice(0, 4)}' AND month = '${month.slice(5)}')`);
    return `(${any.join(' OR ') || '1 = 0'}) AND concat(year, '-', month, '-', day) BETWEEN '${from}' AND '${to}'`;
  }
}
