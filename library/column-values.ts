import { decimalText } from '../shared/decimal.ts';
import { dateText } from '../shared/decode/calendar.ts';
import type { FieldVector } from '../shared/decode/field-vector.ts';
import type { Kernel } from '../shared/kernel/kernel.ts';
import { ENTRY_EMPTY_LIST, ENTRY_NULL_LIST, STATE_VALUE } from '../shared/kernel/shapes.ts';
import type { Field } from '../shared/layout/field.ts';
import type { FieldType } from '../shared/layout/field-type.ts';

/**
 * A value of a record, as queries have it too: integers are bigints; decimals are their exact text; dates are `yyyy-MM-dd` and timestamps
 * `yyyy-MM-dd HH:mm:ss[.ffffff]`; binary is bytes; tables of a record are arrays, of objects if their elements have several fields.
 */
export type DecodedValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | DecodedValue[]
  | { [name: string]: DecodedValue };

/** A column and the values of some rows. @internal */
interface NamedValues {
  name: string;
  values: DecodedValue[];
}

// U+FEFF at the beginning is a character of a text like any other, which a decoder takes away unless it is told.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The columns of a batch, read from the kernel's memory, for the rows of these indexes. Fields of one list become one column. @internal */
export function columnsOf(
  kernel: Kernel,
  fields: readonly Field[],
  vectors: readonly FieldVector[],
  rows: readonly number[],
): NamedValues[] {
  const columns = new Map<string, NamedValues>();
  for (const [index, field] of fields.entries()) {
    const vector = vectors[index]!;
    const name = field.list?.isStruct ? field.list.name : field.name;
    const read = vector.entries
      ? rows.map((row) => listAt(kernel, vector, field, row))
      : rows.map((row) => valueAt(kernel, vector, field.type, row));
    const known = columns.get(name);
    if (known === undefined || !field.list?.isStruct) columns.set(name, { name, values: read });
    else known.values = known.values.map((list, at) => joined(list, read[at] ?? null));
  }
  return [...columns.values()];
}

/** The elements of a list with the values of one more field. */
function joined(list: DecodedValue, more: DecodedValue): DecodedValue {
  if (!Array.isArray(list) || !Array.isArray(more)) return list;
  return list.map((element, index) => Object.assign(element as object, more[index]) as DecodedValue);
}

function listAt(kernel: Kernel, vector: FieldVector, field: Field, row: number): DecodedValue {
  const { bytes, view } = kernel;
  const { offsets } = vector.entries!;
  const first = view.getUint32(offsets + row * 4, true);
  const end = view.getUint32(offsets + row * 4 + 4, true);
  const state = bytes[vector.states + first];
  if (state === ENTRY_NULL_LIST) return null;
  if (state === ENTRY_EMPTY_LIST) return [];
  return Array.from({ length: end - first }, (_, index) => {
    const value = valueAt(kernel, vector, field.type, first + index);
    return field.list?.isStruct ? { [field.name]: value } : value;
  });
}

function valueAt(kernel: Kernel, vector: FieldVector, type: FieldType, row: number): DecodedValue {
  const { bytes, view } = kernel;
  if (bytes[vector.states + row] !== STATE_VALUE) return null;
  const { values } = vector;
  switch (vector.kind) {
    case 'int32':
      return dateText(view.getInt32(values + row * 4, true));
    case 'int64':
      return exact(view.getBigInt64(values + row * 8, true), type);
    case 'int128': {
      // Big-endian, as Parquet stores it.
      const at = values + row * 16;
      return exact((view.getBigInt64(at) << 64n) + view.getBigUint64(at + 8), type);
    }
    case 'double':
      return view.getFloat64(values + row * 8, true);
    case 'boolean':
      return bytes[values + row] === 1;
    case 'bytes': {
      const from = view.getUint32(values + row * 8, true);
      const held = bytes.subarray(from, from + view.getUint32(values + row * 8 + 4, true));
      return type.kind === 'binary' ? held.slice() : decoder.decode(held);
    }
  }
}

function exact(value: bigint, type: FieldType): DecodedValue {
  if (type.kind === 'decimal') return decimalText({ unscaled: value, scale: type.scale });
  return type.kind === 'timestamp' ? timestampText(value) : value;
}

const MICROS_A_DAY = 86_400_000_000n;

/** Microseconds since 1970-01-01 as `yyyy-MM-dd HH:mm:ss`, with the fraction if there is one. */
function timestampText(micros: bigint): string {
  const ofDay = ((micros % MICROS_A_DAY) + MICROS_A_DAY) % MICROS_A_DAY;
  const seconds = Number(ofDay / 1_000_000n);
  const fraction = String(ofDay % 1_000_000n).padStart(6, '0');
  const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':');
  const day = dateText(Number((micros - ofDay) / MICROS_A_DAY));
  return `${day} ${clock}${fraction === '000000' ? '' : `.${fraction.replace(/0+$/, '')}`}`;
}
