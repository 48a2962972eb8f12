import type { Shape } from '../json-shape.ts';

/**
 * The part of Avro's schemas that Iceberg's own files are written with (Apache Avro 1.12, "Schema Declaration"; Iceberg spec, Appendix A). A
 * union is of null and one other type. A map whose keys are numbers is a list of pairs.
 *
 * This and the files beside it are a codec of our own, because `avsc` 5.7.9 (MIT) adds 98 KiB to functions whose code has a budget, reads and
 * writes 64-bit numbers as doubles unless it is given a type for them, and writes files through streams; what Iceberg needs is small.
 */
export type AvroType =
  | 'null'
  | 'boolean'
  | 'int'
  | 'long'
  | 'string'
  | 'bytes'
  | AvroUnion
  | AvroFixed
  | AvroLogical
  | AvroArray
  | AvroRecord;

type AvroUnion = readonly ['null', AvroType];

interface AvroFixed {
  type: 'fixed';
  name: string;
  size: number;
  logicalType?: 'decimal';
  precision?: number;
  scale?: number;
}

interface AvroLogical {
  type: 'int' | 'long';
  logicalType: 'date';
}

interface AvroArray {
  type: 'array';
  items: AvroType;
  logicalType?: 'map';
  'element-id'?: number;
}

/** The field of a record value that holds its last fields, encoded already: those that it lacks. */
export const ENCODED_REST = '(encoded)';

export interface AvroRecord {
  type: 'record';
  name: string;
  fields: AvroField[];
}

/** `field-id` is Iceberg's: readers find fields by it. */
export interface AvroField {
  name: string;
  type: AvroType;
  'field-id': number;
  default?: null;
}

/** A 64-bit number is a bigint only if a double does not hold it. */
export type AvroValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | AvroValue[]
  | { [field: string]: AvroValue };

export type AvroRecordValue = { [field: string]: AvroValue };

export function isUnion(type: AvroType): type is AvroUnion {
  return Array.isArray(type);
}

export function optionalField(id: number, name: string, type: AvroType): AvroField {
  return { name, type: ['null', type], 'field-id': id, default: null };
}

export function requiredField(id: number, name: string, type: AvroType): AvroField {
  return { name, type, 'field-id': id };
}

export const bytesShape: Shape<Uint8Array> = (value) =>
  value instanceof Uint8Array ? undefined : { path: '', problem: 'is not bytes' };

/** A record that Avro has decoded: its parts are of the types of its schema. */
export const recordShape: Shape<AvroRecordValue> = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? undefined
    : { path: '', problem: 'is not a record' };
