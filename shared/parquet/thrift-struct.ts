import { malformed } from './malformed.ts';

/** A value as the Thrift protocol has it: 32-bit integers are numbers, 64-bit ones bigints. */
export type ThriftValue =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | ThriftValue[]
  | ThriftFields
  | undefined;
/** The fields of a structure by number, `field_1`, `field_2` …, in ascending order. */
export type ThriftFields = { [key: `field_${number}`]: ThriftValue };

/** How a value of a structure is read from the protocol's form, and brought into it. */
interface ThriftType<T> {
  /** Undefined if `raw` is of another type. */
  read(raw: ThriftValue): T | undefined;
  write(value: T): ThriftValue;
}

/** A structure, read and written with names. What is missing or of another type is `ParquetMalformed`. */
export interface ThriftStruct<T> extends ThriftType<T> {
  readFields(fields: ThriftFields): T;
  write(value: T): ThriftFields;
}

export type ValueOf<Type> = Type extends ThriftType<infer T> ? T : never;

export const bool: ThriftType<boolean> = {
  read: (raw) => (typeof raw === 'boolean' ? raw : undefined),
  write: (value) => value,
};

export const i32: ThriftType<number> = {
  read: (raw) => (typeof raw === 'number' ? raw : undefined),
  write: (value) => value,
};

/** Offsets, sizes and counts: all of them are exact as numbers. */
export const i64: ThriftType<number> = {
  read(raw) {
    const value = typeof raw === 'bigint' ? Number(raw) : Number.NaN;
    return Number.isSafeInteger(value) ? value : undefined;
  },
  write: (value) => BigInt(value),
};

export const binary: ThriftType<Uint8Array> = {
  read: (raw) => (raw instanceof Uint8Array ? raw : undefined),
  write: (value) => value,
};

/** A text, or its bytes in UTF-8 as they were read. */
export const text: ThriftType<string | Uint8Array> = binary;

export function list<T>(element: ThriftType<T>): ThriftType<T[]> {
  return {
    read(raw) {
      if (!Array.isArray(raw)) return undefined;
      const values: T[] = [];
      for (const rawElement of raw) {
        const value = element.read(rawElement);
        if (value === undefined) return undefined;
        values.push(value);
      }
      return values;
    },
    write: (values) => values.map(element.write),
  };
}

interface ThriftField<T, Required extends boolean = boolean> {
  id: number;
  type: ThriftType<T>;
  isRequired: Required;
}

export function required<T>(id: number, type: ThriftType<T>): ThriftField<T, true> {
  return { id, type, isRequired: true };
}

export function optional<T>(id: number, type: ThriftType<T>): ThriftField<T, false> {
  return { id, type, isRequired: false };
}

type Fields = Record<string, ThriftField<unknown>>;
type FieldValue<Field> = Field extends ThriftField<infer T> ? T : never;
type RequiredNames<F extends Fields> = {
  [Name in keyof F]: F[Name] extends ThriftField<unknown, true> ? Name : never;
}[keyof F];
type Named<F extends Fields> = { [Name in RequiredNames<F>]: FieldValue<F[Name]> } & {
  [Name in Exclude<keyof F, RequiredNames<F>>]?: FieldValue<F[Name]> | undefined;
} & OtherFields;

interface OtherFields {
  /** Fields that were read and are not listed. */
  otherFields?: ThriftFields | undefined;
}

/** A structure of these fields; `structName` is for messages. */
export function struct<F extends Fields>(structName: string, fields: F): ThriftStruct<Named<F>> {
  const listed = Object.entries(fields)
    .map(([name, { id, type, isRequired }]) => ({ name, id, key: `field_${id}` as const, type, isRequired }))
    .sort((a, b) => a.id - b.id);
  const readFields = (raw: ThriftFields) => {
    const value: Record<string, unknown> = {};
    let listedCount = 0;
    for (const { name, key, type, isRequired } of listed) {
      const rawField = raw[key];
      if (rawField === undefined) {
        if (isRequired) throw malformed(`a ${structName} without ${name}`);
        continue;
      }
      const field = type.read(rawField);
      if (field === undefined) throw malformed(`a ${structName} whose ${name} is of another type`);
      value[name] = field;
      listedCount++;
    }
    if (Object.keys(raw).length > listedCount) value.otherFields = unlisted(raw, listed);
    return value as Named<F>;
  };
  return {
    readFields,
    read: (raw) => (isFields(raw) ? readFields(raw) : undefined),
    write(value: Record<string, unknown> & OtherFields) {
      const raw: ThriftFields = {};
      for (const { name, key, type } of listed) {
        const field = value[name];
        if (field !== undefined) raw[key] = type.write(field);
      }
      return value.otherFields ? inOrder({ ...raw, ...value.otherFields }) : raw;
    },
  };
}

function isFields(raw: ThriftValue): raw is ThriftFields {
  return typeof raw === 'object' && !Array.isArray(raw) && !(raw instanceof Uint8Array);
}

function unlisted(raw: ThriftFields, listed: { key: string }[]): ThriftFields {
  const keys = new Set(listed.map(({ key }) => key));
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !keys.has(key)));
}

/** Fields in ascending order of their numbers, as the protocol requires. */
function inOrder(fields: ThriftFields): ThriftFields {
  const numberOf = (key: string) => Number(key.slice('field_'.length));
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => numberOf(a) - numberOf(b)));
}
