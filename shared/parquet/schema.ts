import type { Field } from '../layout/field.ts';
import { type FieldType, hiveType, INT64_DIGITS } from '../layout/field-type.ts';
import { ConvertedType, PhysicalType, Repetition, type SchemaElement } from './format.ts';

/** One leaf column of a file. All are optional: a layout may make a field required later without breaking readers. */
export interface ColumnSchema {
  name: string;
  type: FieldType;
  /** Names that the column has in files of before. */
  formerly?: string[] | undefined;
  /** By which other engines find it, whatever it is called later. Files of earlier versions have none. */
  fieldId?: number | undefined;
  /** Its chunks have a Bloom filter. */
  hasFilter?: boolean;
  /** The list that the leaf belongs to. Leaves of one list have the same name here, and follow each other. */
  list?: {
    name: string;
    isStruct: boolean;
    fieldId?: number | undefined;
    elementId?: number | undefined;
  };
}

/** A column as people see it: one leaf, or the leaves of a list. */
type LeafGroup = [ColumnSchema, ...ColumnSchema[]];

/** The columns of a dataset as leaves of its files; with `ids`, those of the table's fields. */
export function columnSchemas(columns: readonly Field[], ids?: Ids): ColumnSchema[] {
  const schemas = columns.map(({ name, type, formerly, list, isLookedUp }) => ({
    name,
    type,
    ...(formerly && { formerly }),
    ...(list && { list: { name: list.name, isStruct: list.isStruct } }),
    ...(isLookedUp && { hasFilter: true }),
  }));
  return withFieldIds(schemas, ids);
}

/** Ids by the full names of fields: `items`, `items.element`, `items.element.code`. */
type Ids = Readonly<Record<string, number>> | undefined;

export function withFieldIds(columns: readonly ColumnSchema[], ids: Ids): ColumnSchema[] {
  if (!ids) return [...columns];
  return columns.map((column) => {
    const { name, list } = column;
    if (!list) return { ...column, fieldId: ids[name] };
    const element = `${list.name}.element`;
    const elementId = ids[element];
    const fieldId = list.isStruct ? ids[`${element}.${name}`] : elementId;
    return { ...column, fieldId, list: { ...list, fieldId: ids[list.name], elementId } };
  });
}

function groupLeaves(columns: readonly ColumnSchema[]): LeafGroup[] {
  const groups: LeafGroup[] = [];
  for (const column of columns) {
    const last = groups.at(-1);
    if (column.list && last?.[0].list?.name === column.list.name) last.push(column);
    else groups.push([column]);
  }
  return groups;
}

interface HiveColumn {
  name: string;
  type: string;
  formerly?: string[];
}

/** Names and Hive types of the columns, as Glue and the local catalog have them: `array<struct<code:string,amount:decimal(9,2)>>`. */
export function hiveColumns(columns: readonly ColumnSchema[]): HiveColumn[] {
  return groupLeaves(columns).map((leaves) => {
    const [{ name, type, formerly, list }] = leaves;
    if (!list) return { name, type: hiveType(type), ...(formerly && { formerly }) };
    const element = list.isStruct
      ? `struct<${leaves.map((leaf) => `${leaf.name}:${hiveType(leaf.type)}`).join(',')}>`
      : hiveType(type);
    return { name: list.name, type: `array<${element}>` };
  });
}

/** The path of a leaf in the tree of the schema. */
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
export function schemaElements(columns: readonly ColumnSchema[]): SchemaElement[] {
  const known = elementsOf.get(columns);
  if (known) return known;
  const groups = groupLeaves(columns);
  const elements = [{ name: 'schema', numChildren: groups.length }, ...groups.flatMap(columnElements)];
  elementsOf.set(columns, elements);
  return elements;
}

/** A small source has many files of one schema. */
const elementsOf = new WeakMap<readonly ColumnSchema[], SchemaElement[]>();

function columnElements(leaves: LeafGroup): SchemaElement[] {
  const [{ list }] = leaves;
  if (!list) return leaves.map(schemaElement);
  return [
    {
      repetitionType: Repetition.OPTIONAL,
      name: list.name,
      numChildren: 1,
      convertedType: ConvertedType.LIST,
      logicalType: { list: {} },
      fieldId: list.fieldId,
    },
    { repetitionType: Repetition.REPEATED, name: 'list', numChildren: 1 },
    ...(list.isStruct
      ? [
          {
            repetitionType: Repetition.REQUIRED,
            name: 'element',
            numChildren: leaves.length,
            fieldId: list.elementId,
          },
          ...leaves.map(schemaElement),
        ]
      : leaves.map((leaf) => schemaElement({ ...leaf, name: 'element' }))),
  ];
}

function schemaElement({ name, type, fieldId }: ColumnSchema): SchemaElement {
  return { ...typeElement(type), repetitionType: Repetition.OPTIONAL, name, fieldId };
}

/** The type of a leaf, in the format's terms: physical, logical, and converted for readers that know no logical types. */
function typeElement(type: FieldType): Omit<SchemaElement, 'name' | 'type'> & { type: number } {
  switch (type.kind) {
    case 'string':
      return {
        type: PhysicalType.BYTE_ARRAY,
        convertedType: ConvertedType.UTF8,
        logicalType: { string: {} },
      };
    case 'binary':
      return { type: PhysicalType.BYTE_ARRAY };
    case 'integer':
      return { type: PhysicalType.INT64, convertedType: ConvertedType.INT_64 };
    case 'decimal': {
      const { scale, precision } = type;
      const isWide = precision > INT64_DIGITS;
      return {
        type: isWide ? PhysicalType.FIXED_LEN_BYTE_ARRAY : PhysicalType.INT64,
        typeLength: isWide ? 16 : undefined,
        convertedType: ConvertedType.DECIMAL,
        scale,
        precision,
        logicalType: { decimal: { scale, precision } },
      };
    }
    case 'date':
      return { type: PhysicalType.INT32, convertedType: ConvertedType.DATE, logicalType: { date: {} } };
    case 'timestamp':
      // Local time of the mainframe: not adjusted to UTC. No converted type says so.
      return {
        type: PhysicalType.INT64,
        logicalType: { timestamp: { isAdjustedToUtc: false, unit: { micros: {} } } },
      };
    case 'boolean':
      return { type: PhysicalType.BOOLEAN };
    case 'double':
      return { type: PhysicalType.DOUBLE };
  }
}

/** One of PhysicalType. */
export function physicalType(type: FieldType): number {
  return typeElement(type).type;
}
