import { UsageError } from '../errors.ts';
import { isBusinessDate } from '../keys/business-date.ts';
import type { SqlLiteral } from './normal-sql.ts';
import type { ParameterValue } from './question.ts';

/** What a parameter may be. `night`: a published business date; the last one at or before what is given. */
export const PARAMETER_TYPES = ['night', 'date', 'whole', 'number', 'text'] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

const MOST_DIGITS = 15;

/**
 * A value as both engines read it as a constant: `it's` → `'it''s'`, 2025-08-12 → `DATE '2025-08-12'`. Neither knows another escape in such a
 * text than the doubled quote. Fails with `UsageError` for a value that is not of the type.
 */
export function sqlLiteral(name: string, type: ParameterType, value: ParameterValue): SqlLiteral {
  const wrong = (wanted: string): UsageError =>
    new UsageError({ what: `the parameter ${name} is not ${wanted}`, where: JSON.stringify(value) });
  if (type === 'night' || type === 'date') {
    if (typeof value !== 'string' || !isBusinessDate(value)) throw wrong('a date that exists, as yyyy-MM-dd');
    return `DATE '${value}'`;
  }
  if (type === 'whole') {
    if (typeof value === 'number' && Number.isSafeInteger(value) && String(value).length <= MOST_DIGITS)
      return String(value);
    throw wrong('a whole number of at most 15 digits');
  }
  if (type === 'number') {
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(text))
      return `CAST('${text}' AS double)`;
    throw wrong('a decimal number, such as 12.5');
  }
  if (typeof value !== 'string') throw wrong('a text');
  if (value.includes('\0')) throw wrong('a text without NUL');
  return `'${value.replaceAll("'", "''")}'`;
}

/** A value of a parameter of somebody's own SQL: its type follows from JSON. */
export function freeLiteral(name: string, value: ParameterValue): SqlLiteral {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'string') return sqlLiteral(name, 'text', value);
  return Number.isInteger(value) ? sqlLiteral(name, 'whole', value) : sqlLiteral(name, 'number', value);
}
