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

/** The numbers that the protocol has for types of values. */
export const WIRE = {
  ...{ TRUE: 1, FALSE: 2, I32: 5, I64: 6, DOUBLE: 7, BINARY: 8, LIST: 9, STRUCT: 12 },
} as const;

/** Takes the parts of a structure one after the other. */
export interface ThriftOutput {
  /** The number of a field, after that of the one before it, and the type of its value. */
  field(id: number, before: number, wire: number): void;
  listOf(count: number, wire: number): void;
  byte(value: number): void;
  i32(value: number): void;
  /** A whole number that is exact. */
  i64(value: number): void;
  bytes(value: string | Uint8Array): void;
  /** A structure whose fields are not known. */
  anyFields(fields: ThriftFields): void;
}

/** How a value of a structure is read from the protocol's form, and brought into it. */
interface ThriftType<T> {
  /** Undefined if `raw` is of another type. */
  read(raw: ThriftValue): T | undefined;
  write(value: T): ThriftValue;
  /** One of WIRE. */
  wire(value: T): number;
  /** The same as `write`, without values in between: a small file has hundreds of structures. */
  put(value: T, out: ThriftOutput): void;
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
  wire: (value) => (value ? WIRE.TRUE : WIRE.FALSE),
  // The type of a field says whether it is true; lists write their own.
  put: () => undefined,
};

export const i32: ThriftType<number> = {
  read: (raw) => (typeof raw === 'number' ? raw : undefined),
  write: (value) => value,
  wire: () => WIRE.I32,
  put: (value, out) => out.i32(value),
};

/** Offsets, sizes and counts: all of them are exact as numbers. */
export const i64: ThriftType<number> = {
  read(raw) {
    const value = typeof raw === 'bigint' ? Number(raw) : Number.NaN;
    return Number.isSafeInteger(value) ? value : undefined;
  },
  write: (value) => BigInt(value),
  wire: () => WIRE.I64,
  put: (value, out) => out.i64(value),
};

export const binary: ThriftType<Uint8Array> = {
  read: (raw) => (raw instanceof Uint8Array ? raw : undefined),
  write: (value) => value,
  wire: () => WIRE.BINARY,
  put: (value, out) => out.bytes(value),
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
    wire: () => WIRE.LIST,
    put(values, out) {
      const [first] = values;
      const wire = first === undefined ? 0 : element.wire(first);
      const isFlags = wire === WIRE.TRUE || wire === WIRE.FALSE;
      out.listOf(values.length, isFlags ? WIRE.FALSE : wire);
      for (const value of values) {
        if (isFlags) out.byte(value ? 1 : 0);
        else element.put(value, out);
      }
    },
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
    wire: () => WIRE.STRUCT,
    put(value: Record<string, unknown> & OtherFields, out) {
      if (value.otherFields) {
        out.anyFields(this.write(value as Named<F>));
        return;
      }
      let before = 0;
      for (const { name, id, type } of listed) {
        const field = value[name];
        if (field === undefined) continue;
        out.field(id, before, type.wire(field));
        before = id;
        type.put(field, out);
      }
      out.byte(0);
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
