import { composeQuery } from '../../shared/ask/compose-query.ts';
import { latestQuery } from '../../shared/ask/latest-query.ts';
import type { Mapping } from '../../shared/ask/mapping.ts';
import type { NamedQuery } from '../../shared/ask/named-query.ts';
import { normalSql } from '../../shared/ask/normal-sql.ts';
import type { Population } from './population.ts';
import type { Answer } from './worked-out.ts';
import { ABOUT_CONTRACTS } from './worked-out-contracts.ts';
import { ABOUT_CUSTOMERS } from './worked-out-customers.ts';

/** What some queries are asked besides: with their defaults alone, nobody would see what these parameters decide. */
const ALSO_ASKED: Record<string, Record<string, string | number>[]> = {
  'rfv-customers': [{ segment: 'potential', most: 7 }, { segment: 'developing' }, { segment: 'inactive' }],
  'roi-payback': [{ cost: '0' }, { cost: '0.5' }],
};

export const WORKED_OUT = { ...ABOUT_CONTRACTS, ...ABOUT_CUSTOMERS };

/** A statement, and the answer that was worked out without SQL. */
interface Question {
  sql: string;
  expected: Answer;
  /** The text that the deployed views have, for the latest night. */
  isLatest?: boolean;
}

/** A query of the pack on a planted population: as it is by default, for the latest night, and with some other parameters. */
export function askedAnalytics(query: NamedQuery, mapping: Mapping, population: Population): Question[] {
  const questions = [{}, ...(ALSO_ASKED[query.name] ?? [])].map((given): Question => {
    const composed = composeQuery(query, given, population.nights, mapping);
    const { text: sql } = normalSql(composed.sql, composed.literals);
    const expected = WORKED_OUT[query.name]?.({ population, params: composed.params });
    if (expected === undefined) throw new Error(`nobody has worked out ${query.name}`);
    return { sql, expected };
  });
  const { expected } = questions[0]!;
  return [...questions, { sql: latestQuery(query, mapping).text, expected, isLatest: true }];
}

/** The first cell that differs, or undefined. Floating-point numbers may differ in their last digits. */
export function firstDifferentCell(expected: Answer, found: unknown[][]): string | undefined {
  if (expected.length !== found.length) return `${found.length} rows instead of ${expected.length}`;
  for (const [row, cells] of expected.entries()) {
    const own = found[row] ?? [];
    if (cells.length !== own.length)
      return `row ${row + 1}: ${own.length} columns instead of ${cells.length}`;
    for (const [column, cell] of cells.entries()) {
      if (!isSame(cell, own[column]))
        return `row ${row + 1}, column ${column + 1}: ${JSON.stringify(own[column])} instead of ${JSON.stringify(cell)}`;
    }
  }
  return undefined;
}

function isSame(expected: string | number | null, found: unknown): boolean {
  if (typeof expected !== 'number') return expected === found;
  const value = typeof found === 'string' ? Number(found) : found;
  if (typeof value !== 'number') return false;
  return Math.abs(value - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
}
