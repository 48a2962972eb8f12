import * as z from 'zod';
import { UsageError } from '../errors.ts';
import { didYouMean } from '../layout/did-you-mean.ts';
import { documentProblems } from '../layout/document-problems.ts';
import type { EngineGrant, PublishedTables, QueryLimits, SeenTables } from '../ports/query-engine.ts';

const columns = z.union([
  z.literal('all'),
  z.strictObject({ only: z.array(z.string().min(1)).min(1) }),
  z.strictObject({ except: z.array(z.string().min(1)).min(1) }),
]);

const role = z.strictObject({
  /** May it send SQL of its own? Named queries are for everybody who sees their tables. */
  freeSql: z.boolean().default(false),
  tables: z.union([z.literal('all'), z.record(z.string().min(1), columns)]),
  /** Named queries that it may ask whatever they read: what they answer is what their text says, and no more. */
  queries: z.array(z.string().min(1)).default([]),
  timeoutSeconds: z.number().min(1).max(1_800).default(60),
  mostRows: z.number().int().min(1).max(5_000_000).default(1_000_000),
  mostMegabytes: z.number().min(1).max(1_000).default(100),
  /** On one machine: hashes of the tokens that open it. */
  tokenSha256: z
    .array(z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256 of 64 digits in lower case'))
    .default([]),
  /** On AWS: groups of the directory, and IAM roles by their names, that stand for it; its own name if it has none. */
  principals: z.array(z.string().min(1)).default([]),
  /** On AWS: the workgroup and the IAM role with which Athena is asked. */
  workgroup: z.string().min(1).optional(),
  roleArn: z.string().min(1).optional(),
});

const roles = z.record(z.string().min(1).max(100), role);

/** What a role may ask, by the name of the role. */
export type Roles = z.infer<typeof roles>;
export type Role = Roles[string];

/** Who works on the lake itself: everything, and SQL of its own. */
export const WHOLE_LAKE: Role = role.parse({ freeSql: true, tables: 'all' });

/** The roles that a document gives. Fails with `UsageError`. */
export function readRoles(text: string, where: string): Roles {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrong('it is not JSON', where);
  }
  const parsed = roles.safeParse(json);
  if (parsed.success) return parsed.data;
  throw wrong(documentProblems(roles, parsed.error, 'the roles').join('; '), where);
}

function wrong(why: string, where: string): UsageError {
  return new UsageError({
    what: 'the roles cannot be read',
    where,
    why,
    next: 'A role is { "freeSql": true, "tables": { "contracts": { "except": ["cpf_cnpj", "cpf_cnpj_clean"] } } }; docs/ask.md lists its keys.',
  });
}

/** The first role, in the order of the document, that one of these names stands for. */
export function roleOfPrincipals(roles: Roles, principals: readonly string[]): string | undefined {
  return Object.keys(roles).find((name) => {
    const own = roles[name]!.principals;
    return (own.length > 0 ? own : [name]).some((one) => principals.includes(one));
  });
}

/** The part of these tables that a role sees, in the form that engines take and keys hold: columns in the order of the table. Fails with `UsageError`. */
export function grantOf(name: string, role: Role, published: PublishedTables): EngineGrant {
  const { workgroup, roleArn } = role;
  const tables = role.tables === 'all' ? undefined : seenTables(name, role.tables, published);
  return { name, tables, ...(workgroup && { workgroup }), ...(roleArn && { roleArn }) };
}

/** The tables that roles name and that are not there, a clause for each: nobody sees anything of them. */
export function unknownTables(roles: Roles, published: PublishedTables): string[] {
  return Object.entries(roles).flatMap(([name, { tables }]) =>
    Object.keys(tables === 'all' ? {} : tables)
      .filter((table) => !published.has(table))
      .map(
        (table) =>
          `the role ${name} names the table '${table}', which is not there${didYouMean(table, [...published.keys()])}`,
      ),
  );
}

/** The named queries that roles name and that there are not, a clause for each. */
export function unknownQueries(roles: Roles, known: readonly string[]): string[] {
  return Object.entries(roles).flatMap(([name, { queries }]) =>
    queries
      .filter((query) => !known.includes(query))
      .map(
        (query) =>
          `the role ${name} names the query '${query}', which is not there${didYouMean(query, known)}`,
      ),
  );
}

/** The grant of a question: a named query that the role is given by name reads the whole table. */
export function grantOfQuestion(
  name: string,
  role: Role,
  query: string | undefined,
  published: PublishedTables,
): EngineGrant {
  const isGiven = query !== undefined && role.queries.includes(query);
  return grantOf(name, isGiven ? { ...role, tables: 'all' } : role, published);
}

export function limitsOf({ timeoutSeconds, mostRows, mostMegabytes }: Role): QueryLimits {
  return { timeoutMs: timeoutSeconds * 1_000, mostRows, mostBytes: mostMegabytes * 1e6 };
}

function seenTables(
  role: string,
  given: Exclude<Role['tables'], 'all'>,
  published: PublishedTables,
): SeenTables {
  const seen = new Map<string, readonly string[] | 'all'>();
  for (const table of Object.keys(given).sort()) {
    const columns = given[table]!;
    const names = published.get(table)?.columns.map(({ name }) => name);
    if (names === undefined) continue;
    if (columns === 'all') seen.set(table, 'all');
    else if ('only' in columns) {
      const only = knownColumns(role, table, columns.only, names);
      seen.set(
        table,
        names.filter((name) => only.has(name)),
      );
    } else {
      const except = knownColumns(role, table, columns.except, names);
      seen.set(
        table,
        names.filter((name) => !except.has(name)),
      );
    }
  }
  return seen;
}

/**
 * The columns that a role names, as the table writes them. Fails with `UsageError` for one that is not there: a misspelt column would hide
 * nothing.
 */
function knownColumns(
  role: string,
  table: string,
  given: readonly string[],
  names: readonly string[],
): ReadonlySet<string> {
  const known = given.map((wanted) => {
    const found = names.find((name) => name.toLowerCase() === wanted.toLowerCase());
    if (found !== undefined) return found;
    throw new UsageError({
      what: `the role ${role} names the column '${wanted}' of ${table}, which has no such column${didYouMean(wanted, names)}`,
      why: 'Nothing is answered as this role until then, because a column that is misspelt would not be hidden',
      next: 'Correct the roles.',
    });
  });
  return new Set(known);
}
