/** The names of a type, and what it allows. Its physical form is in shared/decode and shared/parquet. */
interface TypeFacts {
  /** As Glue, Athena and our catalog call it; of a decimal without its digits. */
  hive: string;
  /** As DuckDB calls it. */
  duckdb: string;
  /** Usages besides `display` in which its bytes can be. */
  usages: readonly ('packed' | 'binary' | 'float')[];
  /** Keys of a field that are for this type and for no other, unless the other lists them too. */
  keys: readonly TypeKey[];
  /** Its values make good folder names. */
  isPartition: boolean;
}

/** Keys of a field that are for some types only. */
export const TYPE_KEYS = [
  'sign',
  'point',
  'trim',
  'keep',
  'lookup',
  'format',
  'pivotYear',
  'digits',
  'trueValues',
  'falseValues',
  'blank',
  'trailingZeros',
  'decimalPoint',
  'thousands',
  'justify',
  'blankSign',
  'overpunch',
  'negative',
  'positive',
  'signFrom',
  'scaleFrom',
  'nul',
] as const;
type TypeKey = (typeof TYPE_KEYS)[number];
/** Keys that say how a whole number or a decimal is written in text. */
export const NOTATION_KEYS = [
  'thousands',
  'justify',
  'blankSign',
  'overpunch',
  'negative',
  'positive',
  'signFrom',
  'nul',
] as const satisfies TypeKey[];

/** The types of columns. A new one is a row here; the compiler then asks for its decoder, its vector and its Parquet schema. */
const FIELD_TYPES = {
  string: {
    hive: 'string',
    duckdb: 'VARCHAR',
    usages: [],
    keys: ['trim', 'keep', 'lookup'],
    isPartition: true,
  },
  integer: {
    hive: 'bigint',
    duckdb: 'BIGINT',
    usages: ['packed', 'binary'],
    keys: ['sign', 'digits', 'blank', 'trailingZeros', 'lookup', ...NOTATION_KEYS],
    isPartition: true,
  },
  decimal: {
    hive: 'decimal',
    duckdb: 'DECIMAL',
    usages: ['packed', 'binary'],
    keys: [
      'sign',
      'point',
      'digits',
      'blank',
      'trailingZeros',
      'decimalPoint',
      'scaleFrom',
      ...NOTATION_KEYS,
    ],
    isPartition: true,
  },
  date: {
    hive: 'date',
    duckdb: 'DATE',
    usages: ['packed', 'binary'],
    keys: ['format', 'pivotYear'],
    isPartition: true,
  },
  timestamp: {
    hive: 'timestamp',
    duckdb: 'TIMESTAMP',
    usages: ['packed', 'binary'],
    keys: ['format', 'pivotYear'],
    isPartition: false,
  },
  boolean: {
    hive: 'boolean',
    duckdb: 'BOOLEAN',
    usages: [],
    keys: ['trueValues', 'falseValues'],
    isPartition: true,
  },
  binary: { hive: 'binary', duckdb: 'BLOB', usages: [], keys: [], isPartition: false },
  double: { hive: 'double', duckdb: 'DOUBLE', usages: ['float'], keys: ['blank'], isPartition: false },
} as const satisfies Record<string, TypeFacts>;

type Kind = keyof typeof FIELD_TYPES;
type PlainKind = Exclude<Kind, 'decimal'>;
type DecimalType = { kind: 'decimal'; precision: number; scale: number };
/** The column's type. How the bytes of the file hold the value is the field's own matter. */
export type FieldType = { [K in PlainKind]: { kind: K } }[PlainKind] | DecimalType;
/** A date or a timestamp: the types that have a `format`. */
type MomentType = Extract<FieldType, { kind: 'date' | 'timestamp' }>;

const FACTS: Readonly<Record<Kind, TypeFacts>> = FIELD_TYPES;
const KINDS = Object.keys(FIELD_TYPES).filter(isKind);

/** As a layout writes them. */
export const FIELD_TYPE_NAMES: readonly string[] = KINDS.map((kind) =>
  kind === 'decimal' ? 'decimal(p,s)' : kind,
);

/** DuckDB's names by those of Hive; a decimal is called the same by both, and its name has digits. */
export const DUCKDB_TYPES: ReadonlyMap<string, string> = new Map(
  KINDS.filter((kind) => kind !== 'decimal').map((kind) => [FACTS[kind].hive, FACTS[kind].duckdb]),
);

/** The most digits of an unscaled value that is held as a 64-bit integer. */
export const INT64_DIGITS = 18;
/** The most digits of any decimal: the limit of Parquet readers and Athena. */
export const DECIMAL_DIGITS = 38;

function isKind(text: string): text is Kind {
  return Object.hasOwn(FIELD_TYPES, text);
}

/** `"decimal(15,2)"` → `{ kind: 'decimal', precision: 15, scale: 2 }`; undefined if it is no type. */
export function parseFieldType(text: string): FieldType | undefined {
  const decimal = /^decimal\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)$/.exec(text);
  if (decimal) {
    const precision = Number(decimal[1]);
    const scale = Number(decimal[2]);
    if (precision < 1 || precision > DECIMAL_DIGITS || scale > precision) return undefined;
    return { kind: 'decimal', precision, scale };
  }
  return isKind(text) && text !== 'decimal' ? { kind: text } : undefined;
}

/** As a layout writes it: the opposite of `parseFieldType`. */
export function typeText(type: FieldType): string {
  return withDigits(type.kind, type);
}

/** The Hive type that Glue, Athena and our local catalog call it. */
export function hiveType(type: FieldType): string {
  return withDigits(FACTS[type.kind].hive, type);
}

function withDigits(name: string, type: FieldType): string {
  return type.kind === 'decimal' ? `${name}(${type.precision},${type.scale})` : name;
}

export function isNumber(type: FieldType): boolean {
  return isExactNumber(type) || type.kind === 'double';
}

/** A number that is summed without rounding. */
export function isExactNumber(type: FieldType): type is Extract<FieldType, { kind: 'integer' | 'decimal' }> {
  return type.kind === 'integer' || type.kind === 'decimal';
}

export function isMoment(type: FieldType): type is MomentType {
  return type.kind === 'date' || type.kind === 'timestamp';
}

export function makesFolderNames({ kind }: FieldType): boolean {
  return FACTS[kind].isPartition;
}

/** The types that bytes of a usage can be. */
export function typesOfUsage(usage: 'packed' | 'binary' | 'float'): string[] {
  return KINDS.filter((kind) => FACTS[kind].usages.includes(usage));
}

/** The types that a key of a field is for. */
export function typesWithKey(key: TypeKey): string[] {
  return KINDS.filter((kind) => FACTS[kind].keys.includes(key));
}

/** Digits after the implied or explicit point; 0 for integers. */
export function scaleOf(type: FieldType): number {
  return type.kind === 'decimal' ? type.scale : 0;
}
