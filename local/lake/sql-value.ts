/**
 * One value of a result. 64-bit and wider integers are bigints; decimals are their exact text; dates are
 * yyyy-MM-dd, timestamps `yyyy-MM-dd HH:mm:ss[.ffffff]`; binary is text with `\xNN` for bytes that are not ASCII.
 */
export type SqlValue = null | boolean | number | bigint | string | SqlValue[] | { [name: string]: SqlValue };

export interface SqlColumn {
  /** Unique in its result: a second `a` is called `a:1`. */
  name: string;
  /** As DuckDB writes it: `DECIMAL(15,2)`, `VARCHAR`. */
  type: string;
}

/** The value as JSON can hold it exactly: integers beyond 2^53, NaN and infinities become strings. */
export function toJsonValue(value: SqlValue): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toJsonValue(field)]));
  return value;
}
