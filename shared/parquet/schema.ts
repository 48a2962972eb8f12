import { type FieldType, hiveType, INT64_DIGITS } from '../layout/field-type.ts';
import type { Field } from '../layout/layout.ts';
import { ConvertedType, PhysicalType, Repetition, type ThriftStruct } from './format.ts';

/** One leaf column of a file. All are optional: a layout may make a field required later without breaking readers. */
export interface ColumnSchema {
  name: string;
  type: FieldType;
  /** Leaves of one list have the same name here, and stand one behind the other. */
  list?: { name: string; isStruct: boolean };
}

/** The columns of a dataset as leaves of its files. */
export function columnSchemas(columns: readonly Field[]): ColumnSchema[] {
  return columns.map(({ name, type, list }) => ({
    name,
    type,
    ...(list && { list: { name: list.name, isStruct: list.isStruct } }),
  }));
}

/** A column as people see it: one leaf, or the leaves of a list. */
export function groupedColumns(columns: readonly ColumnSchema[]): ColumnSchema[][] {
  const groups: ColumnSchema[][] = [];
  for (const column of columns) {
    const last = groups.at(-1)?.[0];
    if (column.list && last?.list?.name === column.list.name) groups.at(-1)!.push(column);
    else groups.push([column]);
  }
  return groups;
}

/** Hive's names of the columns, as Glue and the local catalog have them: `array<struct<code:string,amount:decimal(9,2)>>`. */
export function hiveColumns(columns: readonly ColumnSchema[]): { name: string; type: string }[] {
  return groupedColumns(columns).map((leaves) => {
    const [{ name, type, list }] = leaves as [ColumnSchema];
    if (!list) return { name, type: hiveType(type) };
    const element = list.isStruct
      ? `struct<${leaves.map((leaf) => `${leaf.name}:${hiveType(leaf.type)}`).join(',')}>`
      : hiveType(type);
    return { name: list.name, type: `array<${element}>` };
  });
}

/** Where a leaf stands in the tree of the schema. */
export function pathOf({ name, list }: ColumnSchema): string[] {
  if (!list) return [name];
  return [list.name, 'list', 'element', ...(list.isStruct ? [name] : [])];
}

/**
 * The schema of a footer: the root, then its columns. A list has the three levels of the format's LogicalTypes.md:
 *
 *     optional group items (LIST) { repeated group list { optional int64 element } }
 *     optional group items (LIST) { repeated group list { required group element { optional … } } }
 */
export function schemaElements(columns: readonly ColumnSchema[]): ThriftStruct[] {
  const groups = groupedColumns(columns);
  return [{ field_4: 'schema', field_5: groups.length }, ...groups.flatMap(columnElements)];
}

function columnElements(leaves: ColumnSchema[]): ThriftStruct[] {
  const [{ list }] = leaves as [ColumnSchema];
  if (!list) return leaves.map(schemaElement);
  const group = (name: string, repetition: number, children: number, kind: ThriftStruct = {}) => ({
    field_3: repetition,
    field_4: name,
    field_5: children,
    ...kind,
  });
  const isList = { field_6: ConvertedType.LIST, field_10: { field_3: {} } };
  return [
    group(list.name, Repetition.OPTIONAL, 1, isList),
    group('list', Repetition.REPEATED, 1),
    ...(list.isStruct
      ? [group('element', Repetition.REQUIRED, leaves.length), ...leaves.map(schemaElement)]
      : leaves.map((leaf) => schemaElement({ ...leaf, name: 'element' }))),
  ];
}

function schemaElement({ name, type }: ColumnSchema): ThriftStruct {
  const optional = { field_3: Repetition.OPTIONAL, field_4: name };
  switch (type.kind) {
    case 'string':
      return {
        field_1: PhysicalType.BYTE_ARRAY,
        ...optional,
        field_6: ConvertedType.UTF8,
        field_10: { field_1: {} },
      };
    case 'binary':
      return { field_1: PhysicalType.BYTE_ARRAY, ...optional };
    case 'integer':
      return { field_1: PhysicalType.INT64, ...optional, field_6: ConvertedType.INT_64 };
    case 'decimal': {
      const wide = type.precision > INT64_DIGITS;
      return {
        field_1: wide ? PhysicalType.FIXED_LEN_BYTE_ARRAY : PhysicalType.INT64,
        ...(wide ? { field_2: 16 } : {}),
        ...optional,
        field_6: ConvertedType.DECIMAL,
        field_7: type.scale,
        field_8: type.precision,
        field_10: { field_5: { field_1: type.scale, field_2: type.precision } },
      };
    }
    case 'date':
      return {
        field_1: PhysicalType.INT32,
        ...optional,
        field_6: ConvertedType.DATE,
        field_10: { field_6: {} },
      };
    case 'timestamp':
      // Local time of the mainframe: not adjusted to UTC, so there is no converted type that says the same.
      return {
        field_1: PhysicalType.INT64,
        ...optional,
        field_10: { field_8: { field_1: false, field_2: { field_2: {} } } },
      };
    case 'boolean':
      return { field_1: PhysicalType.BOOLEAN, ...optional };
    case 'double':
      return { field_1: PhysicalType.DOUBLE, ...optional };
  }
}

export function physicalType(type: FieldType): number {
  return schemaElement({ name: '', type }).field_1 as number;
}
