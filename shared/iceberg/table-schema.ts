import { RunInconsistent } from '../errors.ts';
import { either, flag, listOf, objectOf, oneOf, type Shape, text, wholeNumber } from '../json-shape.ts';
import type { TableColumns } from '../ports/catalog.ts';
import { type FieldIds, idOf } from './field-ids.ts';
import { elementOf, partsOfHiveType } from './field-names.ts';

/** A type as table metadata writes it (Iceberg spec, Appendix C, "Schemas"). */
type IcebergType = string | IcebergList | IcebergStruct;

interface IcebergList {
  type: 'list';
  'element-id': number;
  element: IcebergType;
  'element-required': boolean;
}

interface IcebergStruct {
  type: 'struct';
  fields: IcebergField[];
}

export interface IcebergField {
  id: number;
  name: string;
  required: boolean;
  type: IcebergType;
}

const listShape: Shape<IcebergList> = objectOf<IcebergList>({
  type: oneOf(['list']),
  'element-id': wholeNumber,
  element: (value) => typeShape(value),
  'element-required': flag,
});
const structShape: Shape<IcebergStruct> = objectOf<IcebergStruct>({
  type: oneOf(['struct']),
  fields: (value) => listOf(fieldShape)(value),
});
const typeShape: Shape<IcebergType> = either(
  text,
  either(listShape, structShape, 'a list or a struct'),
  'a type',
);
export const fieldShape: Shape<IcebergField> = objectOf<IcebergField>({
  id: wholeNumber,
  name: text,
  required: flag,
  type: (value) => typeShape(value),
});

/** Iceberg's names by those of Hive. A decimal is called the same by both. A timestamp of ours has no zone. */
const PRIMITIVES: ReadonlyMap<string, string> = new Map([
  ['string', 'string'],
  ['bigint', 'long'],
  ['date', 'date'],
  ['timestamp', 'timestamp'],
  ['boolean', 'boolean'],
  ['binary', 'binary'],
  ['double', 'double'],
]);

/** The fields of a table: its columns, then what it is partitioned by. All may be null, as in our Parquet files. */
export function tableFields({ columns, partitionKeys }: TableColumns, ids: FieldIds): IcebergField[] {
  return [...columns, ...partitionKeys].map(({ name, type }) => field(name, name, type, ids));
}

function field(fullName: string, name: string, hiveType: string, ids: FieldIds): IcebergField {
  return { id: idOf(ids, fullName), name, required: false, type: icebergType(fullName, hiveType, ids) };
}

/** An element of named fields is always there (shared/parquet/schema.ts); one without may be null. */
function icebergType(fullName: string, hiveType: string, ids: FieldIds): IcebergType {
  const { element, fields } = partsOfHiveType(hiveType);
  if (element !== undefined) {
    const elementName = elementOf(fullName);
    return {
      type: 'list',
      'element-id': idOf(ids, elementName),
      element: icebergType(elementName, element, ids),
      'element-required': element.startsWith('struct<'),
    };
  }
  if (fields) {
    const inner = fields.map(({ name, type }) => field(`${fullName}.${name}`, name, type, ids));
    return { type: 'struct', fields: inner };
  }
  return primitiveType(fullName, hiveType);
}

export function primitiveType(name: string, hiveType: string): string {
  const [, precision, scale] = /^decimal\((\d+),\s*(\d+)\)$/.exec(hiveType) ?? [];
  const type = precision === undefined ? PRIMITIVES.get(hiveType) : `decimal(${precision}, ${scale})`;
  if (type !== undefined) return type;
  throw new RunInconsistent({
    what: `column '${name}' has the unknown type '${hiveType}'`,
    next: 'Types are string, bigint, decimal(p,s), date, timestamp, boolean, binary, double, and array<…> and struct<…> of them.',
  });
}

/** The ids of fields by their full names. */
export function namedIds(fields: readonly IcebergField[]): [name: string, id: number][] {
  return fields.flatMap(({ id, name, type }) => [[name, id] as [string, number], ...idsWithin(name, type)]);
}

function idsWithin(fullName: string, type: IcebergType): [name: string, id: number][] {
  if (typeof type === 'string') return [];
  if (type.type === 'struct') {
    return namedIds(type.fields).map(([name, id]) => [`${fullName}.${name}`, id]);
  }
  const element = elementOf(fullName);
  return [[element, type['element-id']], ...idsWithin(element, type.element)];
}

const HIVE_NAMES: ReadonlyMap<string, string> = new Map(
  Array.from(PRIMITIVES, ([hive, iceberg]) => [iceberg, hive]),
);

/** The Hive type of a field that this software wrote: `array<struct<code:string,amount:decimal(9,2)>>`. */
export function hiveTypeOf(type: IcebergField['type']): string {
  if (typeof type === 'string') return HIVE_NAMES.get(type) ?? type.replace(', ', ',');
  if (type.type === 'list') return `array<${hiveTypeOf(type.element)}>`;
  return `struct<${type.fields.map(({ name, type: of }) => `${name}:${hiveTypeOf(of)}`).join(',')}>`;
}
