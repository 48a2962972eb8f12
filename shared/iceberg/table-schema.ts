import { RunInconsistent } from '../errors.ts';
import type { CatalogColumn, TableColumns } from '../ports/catalog.ts';
import { type FieldIds, idOf } from './field-ids.ts';

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

/** The full names of all fields of a table, in their order: `items`, `items.element`, `items.element.code`. */
export function fieldNames({ columns, partitionKeys }: TableColumns): string[] {
  return [...columns, ...partitionKeys].flatMap(({ name, type }) => namesWithin(name, type));
}

function namesWithin(fullName: string, hiveType: string): string[] {
  const { element, fields } = partsOfHiveType(hiveType);
  if (element !== undefined) return [fullName, ...namesWithin(elementOf(fullName), element)];
  return [fullName, ...(fields ?? []).flatMap(({ name, type }) => namesWithin(`${fullName}.${name}`, type))];
}

function elementOf(list: string): string {
  return `${list}.element`;
}

/** What a Hive type is made of, if it is not primitive: `array<struct<code:string,amount:decimal(9,2)>>`. */
function partsOfHiveType(type: string): { element?: string; fields?: CatalogColumn[] } {
  const [, element] = /^array<(.*)>$/.exec(type) ?? [];
  if (element !== undefined) return { element };
  const [, structured] = /^struct<(.*)>$/.exec(type) ?? [];
  if (structured === undefined) return {};
  // No field of ours is a struct, so the only commas that separate none are those of decimals.
  const fields = structured.split(/,(?![^(]*\))/).map((text) => {
    const colon = text.indexOf(':');
    return { name: text.slice(0, colon), type: text.slice(colon + 1) };
  });
  return { fields };
}
