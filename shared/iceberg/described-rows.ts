import type { RowGroup, SchemaElement } from '../parquet/format.ts';
import { textOf } from '../parquet/schema-node.ts';
import type { DescribedColumn, DescribedRows } from '../ports/object-store.ts';
import { fileMetrics } from './file-metrics.ts';
import { encodedMetrics } from './manifest.ts';
import { exactTypeOf } from './readable-columns.ts';

const columnsOf = new WeakMap<SchemaElement[], DescribedColumn[]>();

/** What a manifest will say of the rows of a file that was just written, by the ids that its own fields have: nobody need read its footer. */
export function describedRows({
  schema,
  rowGroups,
}: {
  schema: SchemaElement[];
  rowGroups: RowGroup[];
}): DescribedRows {
  const columns = describedColumns(schema);
  const ids = new Map(columns.map(({ name, id }) => [name, id]));
  return { columns, metrics: encodedMetrics(fileMetrics({ schema, rowGroups }, (name) => ids.get(name))) };
}

/** The leaves of a schema. */
export function describedColumns(schema: SchemaElement[]): DescribedColumn[] {
  const columns = columnsOf.get(schema) ?? schema.filter(isLeaf).map(describedColumn);
  columnsOf.set(schema, columns);
  return columns;
}

function isLeaf({ type }: SchemaElement): boolean {
  return type !== undefined;
}

function describedColumn(element: SchemaElement): DescribedColumn {
  return { name: textOf(element.name), id: element.fieldId, exactType: exactTypeOf(element) };
}
