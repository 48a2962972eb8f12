import { createHash } from 'node:crypto';
import { byName, fits, listOf, objectOf, optional, text, wholeNumber } from '../json-shape.ts';
import type { TableColumns } from '../ports/catalog.ts';
import { type FieldIds, lastIdOf } from './field-ids.ts';
import {
  NO_PARTITION_ID,
  type PartitionSpec,
  type PartitionSpecs,
  partitionSpecShape,
  withSpec,
} from './partition-spec.ts';
import { fieldShape, type IcebergField, tableFields } from './table-schema.ts';

/** Metadata of a table, format version 2 (Iceberg spec, "Table Metadata"): the names are those of its JSON. */
export interface TableMetadata {
  'format-version': number;
  'table-uuid': string;
  location: string;
  'last-sequence-number': number;
  'last-updated-ms': number;
  'last-column-id': number;
  'current-schema-id': number;
  schemas: IcebergSchema[];
  'default-spec-id': number;
  'partition-specs': PartitionSpec[];
  'last-partition-id': number;
  'default-sort-order-id': number;
  'sort-orders': SortOrder[];
  properties: Record<string, string>;
  'current-snapshot-id'?: number | undefined;
  refs?: Record<string, { 'snapshot-id': number; type: string }> | undefined;
  snapshots: Snapshot[];
  'snapshot-log': { 'timestamp-ms': number; 'snapshot-id': number }[];
  'metadata-log': { 'timestamp-ms': number; 'metadata-file': string }[];
}

interface IcebergSchema {
  type: string;
  'schema-id': number;
  fields: IcebergField[];
}

interface SortOrder {
  'order-id': number;
  fields: unknown[];
}

/** One state of the table. */
export interface Snapshot {
  'snapshot-id': number;
  'parent-snapshot-id'?: number | undefined;
  'sequence-number': number;
  'timestamp-ms': number;
  'manifest-list': string;
  'schema-id': number;
  summary: Record<string, string>;
}

const snapshotShape = objectOf<Snapshot>({
  'snapshot-id': wholeNumber,
  'parent-snapshot-id': optional(wholeNumber),
  'sequence-number': wholeNumber,
  'timestamp-ms': wholeNumber,
  'manifest-list': text,
  'schema-id': wholeNumber,
  summary: byName(text),
});

export const tableMetadataShape = objectOf<TableMetadata>({
  'format-version': wholeNumber,
  'table-uuid': text,
  location: text,
  'last-sequence-number': wholeNumber,
  'last-updated-ms': wholeNumber,
  'last-column-id': wholeNumber,
  'current-schema-id': wholeNumber,
  schemas: listOf(
    objectOf<IcebergSchema>({
      type: text,
      'schema-id': wholeNumber,
      fields: listOf(fieldShape),
    }),
  ),
  'default-spec-id': wholeNumber,
  'partition-specs': listOf(partitionSpecShape),
  'last-partition-id': wholeNumber,
  'default-sort-order-id': wholeNumber,
  'sort-orders': listOf(objectOf<SortOrder>({ 'order-id': wholeNumber, fields: listOf(() => undefined) })),
  properties: byName(text),
  'current-snapshot-id': optional(wholeNumber),
  refs: optional(
    byName(objectOf<{ 'snapshot-id': number; type: string }>({ 'snapshot-id': wholeNumber, type: text })),
  ),
  snapshots: listOf(snapshotShape),
  'snapshot-log': listOf(
    objectOf<TableMetadata['snapshot-log'][number]>({
      'timestamp-ms': wholeNumber,
      'snapshot-id': wholeNumber,
    }),
  ),
  'metadata-log': listOf(
    objectOf<TableMetadata['metadata-log'][number]>({ 'timestamp-ms': wholeNumber, 'metadata-file': text }),
  ),
});

/** Earlier metadata files that metadata names (`write.metadata.previous-versions-max` of the reference implementation). */
const MOST_EARLIER_FILES = 100;
/** Snapshots that can be read back in time: metadata must not grow with the history of the table. */
const MOST_SNAPSHOTS = 100;

const NAME_MAPPING = 'schema.name-mapping.default';

/** Metadata of a table that has no snapshot yet. */
export function newTable(table: TableColumns, ids: FieldIds, location: string, nowMs: number): TableMetadata {
  const metadata = {
    'format-version': 2,
    'table-uuid': uuidOf(location),
    location,
    'last-sequence-number': 0,
    'last-updated-ms': nowMs,
    'last-column-id': lastIdOf(ids),
    'current-schema-id': 0,
    schemas: [{ type: 'struct', 'schema-id': 0, fields: tableFields(table, ids) }],
    'default-spec-id': 0,
    'partition-specs': [],
    'last-partition-id': NO_PARTITION_ID,
    'default-sort-order-id': 0,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    properties: { [NAME_MAPPING]: nameMapping(tableFields(table, ids), table) },
    snapshots: [],
    'snapshot-log': [],
    'metadata-log': [],
  };
  return partitionedBy(metadata, table, ids);
}

/** Metadata of a table whose new files are partitioned by its keys. A spec that was there before is taken again. */
function partitionedBy(
  metadata: TableMetadata,
  { partitionKeys }: TableColumns,
  ids: FieldIds,
): TableMetadata {
  const { specs, lastId, id } = withSpec(
    specsOf(metadata),
    partitionKeys.map(({ name }) => name),
    ids,
  );
  return {
    ...metadata,
    'default-spec-id': id,
    'partition-specs': specs,
    'last-partition-id': lastId,
  };
}

/** Metadata with a spec for each of these lists of keys, which files of some days have in their folders. */
export function withSpecs(
  metadata: TableMetadata,
  keysOfFiles: readonly string[][],
  ids: FieldIds,
): TableMetadata {
  const before = specsOf(metadata);
  const { specs, lastId } = keysOfFiles.reduce<PartitionSpecs>(
    (known, keys) => withSpec(known, keys, ids),
    before,
  );
  if (specs === before.specs) return metadata;
  return { ...metadata, 'partition-specs': specs, 'last-partition-id': lastId };
}

function specsOf(metadata: TableMetadata): PartitionSpecs {
  return { specs: metadata['partition-specs'], lastId: metadata['last-partition-id'] };
}

/** Metadata with the columns and the keys that the table has now. A schema that was there before is taken again. */
export function withColumns(metadata: TableMetadata, table: TableColumns, ids: FieldIds): TableMetadata {
  const fields = tableFields(table, ids);
  const text = JSON.stringify(fields);
  const known = metadata.schemas.find((schema) => JSON.stringify(schema.fields) === text);
  const id = known?.['schema-id'] ?? Math.max(...metadata.schemas.map((schema) => schema['schema-id'])) + 1;
  const changed = {
    ...metadata,
    'last-column-id': Math.max(metadata['last-column-id'], lastIdOf(ids)),
    'current-schema-id': id,
    schemas: known ? metadata.schemas : [...metadata.schemas, { type: 'struct', 'schema-id': id, fields }],
    properties: { ...metadata.properties, [NAME_MAPPING]: nameMapping(fields, table) },
  };
  return partitionedBy(changed, table, ids);
}

/** Metadata whose current snapshot is this one. What somebody named is kept, however many snapshots there are. */
export function withSnapshot(metadata: TableMetadata, snapshot: Snapshot): TableMetadata {
  const id = snapshot['snapshot-id'];
  const others = metadata.snapshots.filter((one) => one['snapshot-id'] !== id);
  const most = others.length + 1 - MOST_SNAPSHOTS;
  const named = namedSnapshots(metadata);
  const kept = others.filter((one, index) => index >= most || named.has(one['snapshot-id']));
  const log = [...metadata['snapshot-log'], { 'timestamp-ms': snapshot['timestamp-ms'], 'snapshot-id': id }];
  return withLog({
    ...metadata,
    'last-sequence-number': snapshot['sequence-number'],
    'last-updated-ms': snapshot['timestamp-ms'],
    'current-snapshot-id': id,
    refs: { ...metadata.refs, main: { 'snapshot-id': id, type: 'branch' } },
    snapshots: [...kept, snapshot],
    'snapshot-log': log,
  });
}

/**
 * Metadata without the snapshots that others replaced by a moment. The current one stays, and so does each that a tag or a branch names.
 * The same metadata if there is none to let go of.
 */
export function withoutSnapshots(metadata: TableMetadata, replacedByMs: number): TableMetadata {
  const named = namedSnapshots(metadata);
  const ordered = metadata.snapshots.toSorted((a, b) => a['sequence-number'] - b['sequence-number']);
  const kept = ordered.filter((one, index) => {
    const next = ordered[index + 1];
    return !next || next['timestamp-ms'] > replacedByMs || named.has(one['snapshot-id']);
  });
  return kept.length === ordered.length ? metadata : withSnapshots(metadata, kept);
}

/** Metadata with these of its snapshots, and the names of those. */
export function withSnapshots(metadata: TableMetadata, snapshots: Snapshot[]): TableMetadata {
  const known = new Set(snapshots.map((one) => one['snapshot-id']));
  const named = Object.entries(metadata.refs ?? {}).filter(([, ref]) => known.has(ref['snapshot-id']));
  return withLog({ ...metadata, snapshots, ...(metadata.refs && { refs: Object.fromEntries(named) }) });
}

function namedSnapshots(metadata: TableMetadata): Set<number | undefined> {
  const refs = Object.values(metadata.refs ?? {});
  return new Set([...refs.map((ref) => ref['snapshot-id']), metadata['current-snapshot-id']]);
}

/** What was before a snapshot that is gone cannot be told, so the log begins after it. */
function withLog(metadata: TableMetadata): TableMetadata {
  const known = new Set(metadata.snapshots.map((one) => one['snapshot-id']));
  const log = metadata['snapshot-log'];
  const gone = log.findLastIndex((one) => !known.has(one['snapshot-id']));
  return { ...metadata, 'snapshot-log': log.slice(gone + 1) };
}

/** Metadata that follows a metadata file. */
export function following(metadata: TableMetadata, earlierFile: string, earlierMs: number): TableMetadata {
  const earlier = { 'timestamp-ms': earlierMs, 'metadata-file': earlierFile };
  return { ...metadata, 'metadata-log': [...metadata['metadata-log'], earlier].slice(-MOST_EARLIER_FILES) };
}

/** The same table has the same id whoever makes it first. The form is that of a name-based UUID. */
function uuidOf(location: string): string {
  const hex = createHash('sha256').update(location).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface MappedField {
  'field-id': number;
  names: string[];
  fields?: MappedField[];
}

/** Readers find columns of files without ids, which earlier versions wrote, by these names (spec, "Name Mapping Serialization"). */
const mappedShape = listOf(
  objectOf<Pick<MappedField, 'field-id' | 'names'>>({ 'field-id': wholeNumber, names: listOf(text) }),
);

/** The names that columns had before, by the name of now. */
export function earlierNames({ properties }: Pick<TableMetadata, 'properties'>): Map<string, string[]> {
  const mapped: unknown = JSON.parse(properties[NAME_MAPPING] ?? '[]');
  if (!fits(mappedShape, mapped)) return new Map();
  return new Map(
    mapped.flatMap(({ names: [name, ...earlier] }) =>
      name !== undefined && earlier.length > 0 ? [[name, earlier] as const] : [],
    ),
  );
}

function nameMapping(fields: IcebergField[], { columns }: TableColumns): string {
  const earlier = new Map(columns.map(({ name, formerly }) => [name, formerly]));
  return JSON.stringify(fields.map(({ id, name, type }) => mappedField(id, name, type, earlier.get(name))));
}

function mappedField(
  id: number,
  name: string,
  type: IcebergField['type'],
  earlier: readonly string[] = [],
): MappedField {
  const inner = typeof type === 'string' ? [] : innerFields(type);
  return { 'field-id': id, names: [name, ...earlier], ...(inner.length > 0 && { fields: inner }) };
}

function innerFields(type: Exclude<IcebergField['type'], string>): MappedField[] {
  if (type.type === 'struct') return type.fields.map(({ id, name, type: of }) => mappedField(id, name, of));
  return [mappedField(type['element-id'], 'element', type.element)];
}
