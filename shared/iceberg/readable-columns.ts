import { ConvertedType, PhysicalType, type SchemaElement } from '../parquet/format.ts';
import type { CatalogColumn, TableColumns } from '../ports/catalog.ts';
import type { DescribedColumn } from '../ports/object-store.ts';
import type { TableMetadata } from './table-metadata.ts';
import { primitiveType } from './table-schema.ts';

/**
 * Readers of Iceberg read an older file whose column has fewer digits, and no other narrower type (Iceberg spec, "Schema Evolution": a decimal
 * may get more digits, and no other scale). Our own query casts more, so a table can have a column that they cannot read rightly. It is left
 * out for them: asking for it is an error there, and no value of it is ever wrong.
 */
const LEFT_OUT = 'positional-lake.left-out-columns';

export function leftOutColumns({ properties }: Pick<TableMetadata, 'properties'>): string[] {
  return properties[LEFT_OUT]?.split(',') ?? [];
}

export function withoutColumns<T extends TableColumns>(table: T, names: Iterable<string>): T {
  const left = new Set(names);
  const isLeft = ({ name, formerly = [] }: CatalogColumn) => [name, ...formerly].some((one) => left.has(one));
  return left.size === 0 ? table : { ...table, columns: table.columns.filter((one) => !isLeft(one)) };
}

export function notingLeftOut(metadata: TableMetadata, names: Iterable<string>): TableMetadata {
  const left = [...new Set(names)].sort();
  return left.length === 0
    ? metadata
    : { ...metadata, properties: { ...metadata.properties, [LEFT_OUT]: left.join(',') } };
}

/** Columns whose type became another than readers of the files before may take for it. */
export function columnsBeyondPromotion(metadata: TableMetadata, { columns }: TableColumns): string[] {
  const schema = metadata.schemas.find((one) => one['schema-id'] === metadata['current-schema-id']);
  return columns.flatMap(({ name, type, formerly }) => {
    const before = schema?.fields.find(
      (field) => field.name === name || formerly?.includes(field.name),
    )?.type;
    if (typeof before !== 'string' || type.startsWith('array<')) return [];
    return mayBecome(before, primitiveType(name, type)) ? [] : [name];
  });
}

/** Columns of a file that cannot be read as those of the table. */
export function columnsUnlikeFile(stored: DescribedColumn[], { columns }: TableColumns): string[] {
  const byName = new Map(
    columns.flatMap((column) =>
      [column.name, ...(column.formerly ?? [])].map((name) => [name, column] as const),
    ),
  );
  return stored.flatMap((column) => {
    const { name, type } = byName.get(column.name) ?? {};
    // Elements of lists have no column of their name, and lists are never widened.
    if (name === undefined || !type || type.startsWith('array<')) return [];
    const before = column.exactType;
    return before === undefined || mayBecome(before, primitiveType(name, type)) ? [] : [name];
  });
}

/** The type of an exact number in a file; undefined for every other one, whose type never changes. */
export function exactTypeOf({ type, convertedType, precision, scale }: SchemaElement): string | undefined {
  if (convertedType === ConvertedType.DECIMAL) return `decimal(${precision}, ${scale})`;
  return type === PhysicalType.INT64 && convertedType === ConvertedType.INT_64 ? 'long' : undefined;
}

function mayBecome(before: string, after: string): boolean {
  if (before === after) return true;
  const [one, other] = [before, after].map((type) => /^decimal\((\d+), (\d+)\)$/.exec(type));
  return Boolean(one && other && one[2] === other[2] && Number(one[1]) <= Number(other[1]));
}
