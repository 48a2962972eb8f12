import * as z from 'zod';
import { UsageError } from '../errors.ts';
import { documentProblems } from '../layout/document-problems.ts';

const name = z.string().regex(/^[A-Za-z_]\w*$/, 'is no name of a column or table');

const mapping = z.looseObject({
  table: name,
  /** `snapshot`: every night holds the whole portfolio. `increment`: only what is new. */
  nights: z.enum(['snapshot', 'increment']),
  columns: z.strictObject({
    contract: name,
    customer: name,
    product: name,
    value: name,
    start: name,
    end: name,
    status: name,
    /** A relationship score that the bank itself computes. */
    score: name.optional(),
  }),
  /** What the texts of the status mean; any other is `other`. */
  states: z.strictObject({
    active: z.array(z.string()).min(1),
    arrears: z.array(z.string()),
    ended: z.array(z.string()),
  }),
});

/** Which column of a layout is the customer, the value, and so on: all that the analytics know of it. */
export type Mapping = z.infer<typeof mapping>;

/** The mapping that a document gives. Fails with `UsageError`. */
export function readMapping(text: string, where: string): Mapping {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrong('it is not JSON', where);
  }
  const parsed = mapping.safeParse(json);
  if (parsed.success) return parsed.data;
  throw wrong(documentProblems(mapping, parsed.error, 'the mapping').join('; '), where);
}

function wrong(why: string, where: string): UsageError {
  return new UsageError({
    what: 'the mapping cannot be read',
    where,
    why,
    next: 'analytics/mappings/contracts.json is an example, and docs/analytics/README.md explains it.',
  });
}

/**
 * The rows of some nights by the names that every layout has then: night, contract, customer, product, value, start_date, end_date, status, and
 * `state`: active, arrears, ended or other. A row without a contract is none; a contract without a customer is in no count of customers.
 */
export function portfolioSelect({ table, columns, states }: Mapping, nights: string): string {
  const { contract, customer, product, value, start, end, status, score } = columns;
  const listed = (texts: readonly string[]) => texts.map((text) => `'${text.replaceAll("'", "''")}'`);
  const cases = (['active', 'arrears', 'ended'] as const).flatMap((state) =>
    states[state].length === 0
      ? []
      : `WHEN ${status} IN (${listed(states[state]).join(', ')}) THEN '${state}'`,
  );
  return [
    `SELECT CAST(concat(year, '-', month, '-', day) AS date) AS night,`,
    `${contract} AS contract, ${customer} AS customer, ${product} AS product,`,
    `CAST(${value} AS decimal(18,2)) AS value, ${start} AS start_date, ${end} AS end_date, ${status} AS status,`,
    `CASE ${cases.join(' ')} ELSE 'other' END AS state,`,
    `${score === undefined ? 'CAST(NULL AS double)' : `CAST(${score} AS double)`} AS own_score`,
    `FROM ${table} WHERE ${nights}`,
  ].join(' ');
}
