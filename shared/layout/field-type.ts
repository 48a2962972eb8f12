/** What comes out of a field: the column's type. How the bytes hold it is the field's own matter. */
export type FieldType =
  | { kind: 'string' }
  | { kind: 'integer' }
  | { kind: 'decimal'; precision: number; scale: number }
  | { kind: 'date' }
  | { kind: 'timestamp' }
  | { kind: 'boolean' }
  | { kind: 'binary' }
  | { kind: 'double' };

export const FIELD_TYPE_NAMES = [
  'string',
  'integer',
  'decimal(p,s)',
  'date',
  'timestamp',
  'boolean',
  'binary',
  'double',
] as const;

/** The most digits an unscaled value may have that travels as a 64-bit integer. */
export const INT64_DIGITS = 18;
/** The most digits of any decimal: what Parquet readers and Athena take. */
export const DECIMAL_DIGITS = 38;

/** `"decimal(15,2)"` → `{ kind: 'decimal', precision: 15, scale: 2 }`; undefined when it is no type. */
export function parseFieldType(text: string): FieldType | undefined {
  const decimal = /^decimal\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)$/.exec(text);
  if (decimal) {
    const precision = Number(decimal[1]);
    const scale = Number(decimal[2]);
    if (precision < 1 || precision > DECIMAL_DIGITS || scale > precision) return undefined;
    return { kind: 'decimal', precision, scale };
  }
  switch (text) {
    case 'string':
    case 'integer':
    case 'date':
    case 'timestamp':
    case 'boolean':
    case 'binary':
    case 'double':
      return { kind: text };
    default:
      return undefined;
  }
}

export function isNumber(type: FieldType): boolean {
  return type.kind === 'integer' || type.kind === 'decimal' || type.kind === 'double';
}

/** Digits after the implied or explicit point; 0 for integers. */
export function scaleOf(type: FieldType): number {
  return type.kind === 'decimal' ? type.scale : 0;
}

/** The Hive type that Glue, Athena and our local catalog call it. */
export function hiveType(type: FieldType): string {
  switch (type.kind) {
    case 'integer':
      return 'bigint';
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    default:
      return type.kind;
  }
}
