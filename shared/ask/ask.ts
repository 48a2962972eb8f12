import { UsageError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineGrant, PublishedTables, QueryEngine } from '../ports/query-engine.ts';
import type { Answer } from './answer.ts';
import type { AnswerCache, FoundAnswer } from './answer-cache.ts';
import { answerKey, tablesNamed } from './answer-key.ts';
import { composeQuery } from './compose-query.ts';
import { grantOfQuestion, limitsOf, type Role } from './grant.ts';
import type { Mapping } from './mapping.ts';
import type { NamedQuery } from './named-query.ts';
import { type NormalSql, normalSql } from './normal-sql.ts';
import type { Question } from './question.ts';
import { freeLiteral } from './sql-literal.ts';

/** What answering needs. */
export interface AskPorts {
  engine: QueryEngine;
  cache: AnswerCache;
  queries: ReadonlyMap<string, NamedQuery>;
  /** Undefined: no table of the lake has a mapping. */
  mapping: Mapping | undefined;
  clock: Clock;
}

export interface Asker {
  roleName: string;
  role: Role;
}

export interface Asked extends FoundAnswer {
  /** The key of the answer; undefined if it depends on more than the tables, and so is not kept. */
  key: string | undefined;
}

/** The current day's answers are kept for an hour, those of history for a day. It bounds memory: a key is never out of date. */
const CURRENT_MS = 60 * 60 * 1000;
const HISTORY_MS = 24 * CURRENT_MS;
/** An engine that reads what is there when it runs is asked again if a commit came in between. */
const MOST_TRIES = 5;

/** A question in the form in which it is run, on what is published now. */
interface Plan {
  sql: NormalSql;
  grant: EngineGrant;
  read: PublishedTables;
  key: string;
  params: Record<string, unknown>;
  published: PublishedTables;
}

/**
 * The answer to a question, of the commits that readers see when it is asked. Fails with `UsageError` for a question that cannot be answered or that
 * the asker may not ask, and as the engine does.
 */
export async function ask(ports: AskPorts, asker: Asker, question: Question): Promise<Asked> {
  for (let tries = 1; ; tries++) {
    const plan = planned(ports, asker, question, await ports.engine.published());
    const { key, sql, read } = plan;
    const isKept = sql.unsteady.length === 0 && read.size > 0;
    if (!isKept) return { ...(await unkept(ports, asker, plan)), key: undefined };
    try {
      const forMs = readsCurrentDay(plan) ? CURRENT_MS : HISTORY_MS;
      const found = await ports.cache.answer(key, forMs, async () => {
        const answer = await execute(ports, asker, plan);
        if (ports.engine.readsGivenState) return answer;
        const now = planned(ports, asker, question, await ports.engine.published());
        if (now.key === key) return answer;
        throw new StateMoved();
      });
      return { ...found, key };
    } catch (error) {
      if (!(error instanceof StateMoved) || tries >= MOST_TRIES) throw error;
    }
  }
}

/** The key that a question has now; undefined if its answer is not kept. */
export async function keyOf(ports: AskPorts, asker: Asker, question: Question): Promise<string | undefined> {
  const { key, sql, read } = planned(ports, asker, question, await ports.engine.published());
  return sql.unsteady.length === 0 && read.size > 0 ? key : undefined;
}

/** A commit was shown while the engine was at work. */
class StateMoved extends Error {
  override readonly name = 'StateMoved';
}

/** Plans of the commits that are shown: most questions are asked again and again, and working a plan out costs more than finding it. */
const PLANS = new WeakMap<PublishedTables, WeakMap<Role, Map<string, Plan>>>();
const MOST_PLANS = 1_000;
/** A longer question is seldom asked twice, and 1,000 of them would fill the memory. */
const MOST_PLANNED_CHARACTERS = 10_000;

function planned(ports: AskPorts, asker: Asker, question: Question, published: PublishedTables): Plan {
  const byRole = PLANS.get(published) ?? new WeakMap<Role, Map<string, Plan>>();
  PLANS.set(published, byRole);
  const plans = byRole.get(asker.role) ?? new Map<string, Plan>();
  byRole.set(asker.role, plans);
  const asked = JSON.stringify([asker.roleName, question.name, question.sql, question.params]);
  const known = plans.get(asked);
  if (known) return known;
  const made = plan(ports, asker, question, published);
  if (asked.length > MOST_PLANNED_CHARACTERS) return made;
  if (plans.size >= MOST_PLANS) plans.clear();
  plans.set(asked, made);
  return made;
}

function plan(
  ports: AskPorts,
  { roleName, role }: Asker,
  question: Question,
  published: PublishedTables,
): Plan {
  const { sql, params, readDays } = statementOf(ports, role, question, published);
  const grant = grantOfQuestion(roleName, role, question.name, published);
  refuseHidden(ports, question, grant, published);
  const visible = new Map(
    [...published].filter(([name]) => grant.tables === undefined || grant.tables.has(name)),
  );
  const read = readDays(tablesNamed(sql.words, visible));
  const key = answerKey({ engine: ports.engine.name, sql, grant, limits: limitsOf(role), read });
  return { sql, grant, read, key, params, published };
}

/** A query of the analytics reads every column of its mapping; which one the role lacks says more than the engine would. */
function refuseHidden(
  { queries, mapping }: AskPorts,
  { name }: Question,
  { name: roleName, tables }: EngineGrant,
  published: PublishedTables,
): void {
  if (name === undefined || !queries.get(name)?.isMapped || !mapping || tables === undefined) return;
  const seen = tables.get(mapping.table) ?? [];
  if (seen === 'all' || !published.has(mapping.table)) return;
  const hidden = Object.values(mapping.columns).filter(
    (column) => column !== undefined && !seen.includes(column),
  );
  if (hidden.length === 0) return;
  throw new UsageError({
    what: `the role ${roleName} may not ask '${name}'`,
    why: `It reads columns of ${mapping.table} that the role does not see: ${hidden.join(', ')}`,
    next: `Who keeps the roles can give it by name: "queries": ["${name}"]; docs/ask.md says what that means.`,
  });
}

function statementOf(
  { queries, mapping }: AskPorts,
  role: Role,
  { name, sql, params }: Question,
  published: PublishedTables,
): Pick<Plan, 'sql' | 'params'> & { readDays(tables: PublishedTables): PublishedTables } {
  if (name === undefined) {
    if (!role.freeSql)
      throw new UsageError({
        what: 'this role has no SQL of its own',
        next: 'Ask a named query: GET /queries lists them.',
      });
    const literals = new Map(Object.entries(params).map(([key, value]) => [key, freeLiteral(key, value)]));
    return { sql: normalSql(sql ?? '', literals), params, readDays: (tables) => tables };
  }
  const query = queries.get(name);
  if (!query)
    throw new UsageError({
      what: `there is no query '${name}'`,
      next: 'GET /queries lists those that there are.',
    });
  const composed = composeQuery(query, params, nightsOf(query, mapping, published), mapping);
  return {
    sql: normalSql(composed.sql, composed.literals),
    params: composed.params,
    readDays: composed.readDays,
  };
}

/** The published business dates of the tables that a query reads, in order. */
function nightsOf(
  { sql, isMapped }: NamedQuery,
  mapping: Mapping | undefined,
  published: PublishedTables,
): string[] {
  const words = new Set(sql.toLowerCase().match(/\w+/g));
  const named = (table: string) => (isMapped ? table === mapping?.table : words.has(table.toLowerCase()));
  const days = [...published]
    .filter(([table]) => named(table))
    .flatMap(([, table]) => Object.keys(table.days));
  return [...new Set(days)].sort();
}

function readsCurrentDay({ read, published }: Plan): boolean {
  return [...read].some(([name, { days }]) => {
    const last = Object.keys(published.get(name)?.days ?? {})
      .sort()
      .at(-1);
    return last !== undefined && Object.hasOwn(days, last);
  });
}

async function execute(ports: AskPorts, { role }: Asker, planned: Plan): Promise<Answer> {
  const { engine, clock } = ports;
  const { grant, key, params, published, read } = planned;
  const sql = planned.sql.text;
  await engine.check({ sql, grant, published });
  const limits = limitsOf(role);
  const began = clock.now().getTime();
  const answer = await engine.run(
    { sql, grant, published, token: key, limits },
    AbortSignal.timeout(limits.timeoutMs),
  );
  const commits = Object.fromEntries([...read].map(([name, { days }]) => [name, { ...days }]));
  return { ...answer, commits, params, executedMs: clock.now().getTime() - began };
}

/** An answer that depends on the clock, on chance or on no table is made for each who asks. */
function unkept(ports: AskPorts, asker: Asker, planned: Plan): Promise<FoundAnswer> {
  const key = `${planned.key.slice(0, 48)}${unique(ports)}`;
  return ports.cache.unkept(() => execute(ports, asker, { ...planned, key }));
}

let asked = 0;
function unique({ clock }: AskPorts): string {
  return `${clock.now().getTime().toString(16)}${(asked++).toString(16)}`.slice(-16).padStart(16, '0');
}
