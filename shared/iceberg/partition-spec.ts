import { decimalText } from '../decimal.ts';
import { RunInconsistent } from '../errors.ts';
import { listOf, objectOf, oneOf, text, wholeNumber } from '../json-shape.ts';
import type { CatalogColumn } from '../ports/catalog.ts';
import {
  type AvroField,
  type AvroRecord,
  type AvroRecordValue,
  type AvroType,
  type AvroValue,
  optionalField,
} from './avro-type.ts';
import { type FieldIds, idOf } from './field-ids.ts';
import { bigEndian, signedBytesOf } from './single-value.ts';
import { primitiveType } from './table-schema.ts';

/** A field of a partition spec as table metadata writes it (Iceberg spec, Appendix C, "Partition Specs"). */
interface PartitionField {
  'source-id': number;
  'field-id': number;
  name: string;
  transform: 'identity';
}

/**
 * By which keys the files of a manifest are partitioned. A table has one for each list of keys that its layout ever had: days stay as they
 * were written (Iceberg spec, "Partition Evolution").
 */
export interface PartitionSpec {
  'spec-id': number;
  fields: PartitionField[];
}

export const partitionSpecShape = objectOf<PartitionSpec>({
  'spec-id': wholeNumber,
  fields: listOf(
    objectOf<PartitionField>({
      'source-id': wholeNumber,
      'field-id': wholeNumber,
      name: text,
      transform: oneOf(['identity']),
    }),
  ),
});

/** `last-partition-id` of a table without a spec: the reference implementation gives ids from 1000. */
export const NO_PARTITION_ID = 999;

/** The specs of a table, and the highest id that was given to a field of one. */
export interface PartitionSpecs {
  specs: PartitionSpec[];
  lastId: number;
}

/**
 * The specs with one for rows that are partitioned by `keys` as they are. Files lack those columns: a reader takes them from the partition
 * tuple of the manifest (Iceberg spec, "Column Projection": the value of an identity transform comes first). A column that was a key before
 * has the field id that it had then, because tuples of all manifests are read by it; every other one gets the next id.
 */
export function withSpec(
  { specs, lastId }: PartitionSpecs,
  keys: readonly string[],
  ids: FieldIds,
): PartitionSpecs & { id: number } {
  const wanted = keys.map((name) => ({ name, source: idOf(ids, name) }));
  const known = specs.find(
    ({ fields }) =>
      fields.length === wanted.length &&
      fields.every(
        (field, at) => field.name === wanted[at]?.name && field['source-id'] === wanted[at]?.source,
      ),
  );
  if (known) return { specs, lastId, id: known['spec-id'] };
  const given = new Map(
    specs.flatMap(({ fields }) => fields.map((field) => [field['source-id'], field['field-id']] as const)),
  );
  let last = lastId;
  const fields = wanted.map(
    ({ name, source }): PartitionField => ({
      'source-id': source,
      'field-id': given.get(source) ?? ++last,
      name,
      transform: 'identity',
    }),
  );
  const id = Math.max(-1, ...specs.map((spec) => spec['spec-id'])) + 1;
  return { specs: [...specs, { 'spec-id': id, fields }], lastId: last, id };
}

/** A key of the tuples of a manifest: the name is that of the folders. */
export interface TupleKey {
  fieldId: number;
  name: string;
  /** A Hive type. */
  type: string;
}

/** The type of the tuple that a manifest has for each file: field 102 of `data_file`. */
export function partitionTupleType(keys: readonly TupleKey[]): AvroRecord {
  const fields = keys.map(
    ({ fieldId, name, type }): AvroField => optionalField(fieldId, name, avroTypeOf(name, type)),
  );
  return { type: 'record', name: 'r102', fields };
}

/** How Iceberg writes the types that a partition may have in Avro (spec, Appendix A). */
function avroTypeOf(name: string, hiveType: string): AvroType {
  const type = primitiveType(name, hiveType);
  const decimal = decimalDigits(type);
  if (decimal) {
    const size = decimalBytes(decimal.precision);
    return {
      type: 'fixed',
      name: `decimal_${decimal.precision}_${decimal.scale}`,
      size,
      logicalType: 'decimal',
      ...decimal,
    };
  }
  if (type === 'string' || type === 'long' || type === 'boolean') return type;
  if (type === 'date') return { type: 'int', logicalType: 'date' };
  throw new RunInconsistent({
    what: `a table cannot be partitioned by '${name}', whose type is ${hiveType}`,
    next: 'Partition columns are string, integer, decimal, date or boolean.',
  });
}

/** The tuple of a partition from its values as folders show them. */
export function partitionTuple(
  keys: readonly CatalogColumn[],
  values: Record<string, string | null>,
): AvroRecordValue {
  return Object.fromEntries(
    keys.map(({ name, type }) => {
      const text = values[name] ?? null;
      return [name, text === null ? null : tupleValue(primitiveType(name, type), text)];
    }),
  );
}

const MS_PER_DAY = 86_400_000;

function tupleValue(type: string, text: string): AvroValue {
  const decimal = decimalDigits(type);
  if (decimal) return bigEndian(unscaled(text, decimal.scale), decimalBytes(decimal.precision));
  switch (type) {
    case 'long':
      return BigInt(text);
    case 'boolean':
      return text === 'true';
    case 'date':
      return Date.parse(`${text}T00:00:00Z`) / MS_PER_DAY;
    default:
      return text;
  }
}

/** The values of a partition, as folders show them, from its tuple: the other way round. */
export function partitionValues(
  keys: readonly CatalogColumn[],
  tuple: AvroRecordValue,
): Record<string, string | null> {
  return Object.fromEntries(
    keys.map(({ name, type }) => {
      const value = tuple[name] ?? null;
      return [name, value === null ? null : valueText(primitiveType(name, type), value)];
    }),
  );
}

function valueText(type: string, value: AvroValue): string {
  const decimal = decimalDigits(type);
  if (decimal && value instanceof Uint8Array) {
    return decimalText({ unscaled: BigInt.asIntN(8 * value.length, unsigned(value)), scale: decimal.scale });
  }
  if (type === 'date') return new Date(Number(value) * MS_PER_DAY).toISOString().slice(0, 10);
  return String(value);
}

function unsigned(bytes: Uint8Array): bigint {
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

/** `12.3` with scale 2 → 1230 */
function unscaled(text: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(scale, '0')}`);
}

/** A value of a partition tuple as bounds of manifest lists have it (spec, Appendix D). */
export function tupleBound({ type }: Pick<CatalogColumn, 'type'>, value: AvroValue): Uint8Array {
  const iceberg = primitiveType('', type);
  if (value instanceof Uint8Array) return signedBytesOf(value);
  if (typeof value === 'string') return new TextEncoder().encode(value);
  if (typeof value === 'boolean') return Uint8Array.of(value ? 1 : 0);
  if (iceberg === 'date') return new Uint8Array(Int32Array.of(Number(value)).buffer);
  return new Uint8Array(BigInt64Array.of(integerOf(value)).buffer);
}

/** The order of two values of one field of partition tuples: of texts that of their bytes, of decimals that of the numbers. */
export function compareTupleValues(a: AvroValue, b: AvroValue): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    // Big-endian in two's complement: the sign bit is the other way round.
    return (a[0]! ^ 0x80) - (b[0]! ^ 0x80) || Buffer.compare(a, b);
  }
  const [one, other] = [integerOf(a), integerOf(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function integerOf(value: AvroValue): bigint {
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean'
    ? BigInt(value)
    : 0n;
}

function decimalDigits(type: string): { precision: number; scale: number } | undefined {
  const [, precision, scale] = /^decimal\((\d+), (\d+)\)$/.exec(type) ?? [];
  return precision === undefined ? undefined : { precision: Number(precision), scale: Number(scale) };
}

/** The fewest bytes that hold every number of so many digits, with a sign. */
function decimalBytes(precision: number): number {
  const most = 10n ** BigInt(precision) - 1n;
  let bytes = 1;
  while (most >= 1n << BigInt(8 * bytes - 1)) bytes++;
  return bytes;
}
