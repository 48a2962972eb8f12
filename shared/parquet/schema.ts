import type { FieldType } from '../layout/field-type.ts';
import { INT64_DIGITS } from '../layout/field-type.ts';
import { ConvertedType, PhysicalType, Repetition, type ThriftStruct } from './format.ts';

/** One leaf column of a file. All are optional: a layout may make a field required later without breaking readers. */
export interface ColumnSchema {
  name: string;
  type: FieldType;
}

/** The schema list of a footer: the root, then one element a column. */
export function schemaElements(columns: ColumnSchema[]): ThriftStruct[] {
  return [{ field_4: 'schema', field_5: columns.length }, ...columns.map(schemaElement)];
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
