import { createHash } from 'node:crypto';
import type { EngineGrant, PublishedTables, QueryLimits } from '../ports/query-engine.ts';
import type { NormalSql } from './normal-sql.ts';

/** Of what is written under the key: another form of it needs another number. */
const FORM = 2;

/** Everything that an answer depends on. */
interface AnswerSource {
  engine: string;
  sql: Pick<NormalSql, 'text'>;
  grant: EngineGrant;
  limits: QueryLimits;
  /** The tables and days that the statement reads, at least. */
  read: PublishedTables;
}

/**
 * The name of an answer: sha-256 of all that it depends on. A commit, a file, a column, a grant or a parameter that is another one makes another
 * name, so that what is kept under a name is never out of date, and never of another lake. Parameters are in the statement.
 */
export function answerKey({ engine, sql, grant, limits, read }: AnswerSource): string {
  const { mostRows, mostBytes } = limits;
  const tables = [...read]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { columns, days, contents }]) => [
      name,
      columns.map((column) => [column.name, column.type]),
      Object.entries(days)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([day, commit]) => [day, commit, contents[day] ?? '']),
    ]);
  const source = [
    ...[FORM, engine, sql.text, tables, [mostRows, mostBytes]],
    [
      grant.name,
      grant.tables === undefined ? 'all' : [...grant.tables].sort(([a], [b]) => (a < b ? -1 : 1)),
      grant.workgroup ?? null,
      grant.roleArn ?? null,
    ],
  ];
  return createHash('sha256').update(JSON.stringify(source)).digest('hex');
}

/** The tables of a lake that a statement names somewhere, and for a table of days those that its days are of. More than it reads does no harm. */
export function tablesNamed(words: ReadonlySet<string>, published: PublishedTables): PublishedTables {
  const asksForDays = [...words].some((word) => word.endsWith('_days'));
  return new Map([...published].filter(([name]) => asksForDays || words.has(name.toLowerCase())));
}

/** The tables with only those of their days. */
export function onlyDays(tables: PublishedTables, wanted: (day: string) => boolean): PublishedTables {
  return new Map(
    [...tables].map(([name, table]) => [
      name,
      { ...table, days: Object.fromEntries(Object.entries(table.days).filter(([day]) => wanted(day))) },
    ]),
  );
}
