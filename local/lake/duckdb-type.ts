import { DUCKDB_TYPES } from '../../shared/layout/field-type.ts';
import { sqlName } from './sql-text.ts';

/**
 * DuckDB's name of a Hive type of the catalog, or undefined if the catalog has no such type.
 *
 *     array<struct<code:string,amount:decimal(9,2)>>  →  STRUCT("code" VARCHAR, "amount" DECIMAL(9,2))[]
 */
export function duckdbType(hiveType: string): string | undefined {
  const [, listed] = /^array<(.*)>$/.exec(hiveType) ?? [];
  if (listed !== undefined) {
    const element = duckdbType(listed);
    return element && `${element}[]`;
  }
  const [, structured] = /^struct<(.*)>$/.exec(hiveType) ?? [];
  if (structured !== undefined) {
    const fields = splitFields(structured).map((field) => {
      const colon = field.indexOf(':');
      const type = duckdbType(field.slice(colon + 1));
      return type && `${sqlName(field.slice(0, colon))} ${type}`;
    });
    return fields.includes(undefined) ? undefined : `STRUCT(${fields.join(', ')})`;
  }
  if (/^decimal\(\d{1,2},\s*\d{1,2}\)$/.test(hiveType)) return hiveType.toUpperCase();
  return DUCKDB_TYPES.get(hiveType);
}

/** Commas separate fields only outside of `()` and `<>`. */
function splitFields(text: string): string[] {
  const fields = [''];
  let depth = 0;
  for (const character of text) {
    if ('(<'.includes(character)) depth++;
    if (')>'.includes(character)) depth--;
    if (character === ',' && depth === 0) fields.push('');
    else fields[fields.length - 1] += character;
  }
  return fields;
}
