import type { PartitionSpec, TupleKey } from './partition-spec.ts';
import type { TableMetadata } from './table-metadata.ts';
import { hiveTypeOf } from './table-schema.ts';

/** A partition spec of a table with the types of its keys, which a column keeps once it was one. */
export interface BoundSpec {
  id: number;
  fields: PartitionSpec['fields'];
  keys: TupleKey[];
}

type Specs = Pick<TableMetadata, 'partition-specs' | 'schemas' | 'current-schema-id'>;

/** Undefined if the table has no such spec, or no column for a key of it. */
export function boundSpec(table: Specs, id: number): BoundSpec | undefined {
  const spec = table['partition-specs'].find((one) => one['spec-id'] === id);
  return spec && bound(table, spec);
}

/** The spec of files whose folders have these keys, in their order. */
export function specOfKeys(table: Specs, names: readonly string[]): BoundSpec | undefined {
  const spec = table['partition-specs'].find(
    ({ fields }) =>
      fields.length === names.length && fields.every(({ name }, index) => name === names[index]),
  );
  return spec && bound(table, spec);
}

function bound(table: Specs, { 'spec-id': id, fields }: PartitionSpec): BoundSpec | undefined {
  const current = table.schemas.filter((schema) => schema['schema-id'] === table['current-schema-id']);
  const columns = [...current, ...table.schemas].flatMap((schema) => schema.fields);
  const keys = fields.flatMap(({ name, ...field }): TupleKey[] => {
    const column = columns.find(({ id }) => id === field['source-id']);
    return column ? [{ fieldId: field['field-id'], name, type: hiveTypeOf(column.type) }] : [];
  });
  return keys.length === fields.length ? { id, fields, keys } : undefined;
}
