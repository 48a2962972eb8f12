import { listOf, nullable, objectOf, text, wholeNumber } from '../json-shape.ts';
import { avroFileBytes, readAvroFile } from './avro-file.ts';
import {
  type AvroRecord,
  type AvroRecordValue,
  type AvroType,
  type AvroValue,
  bytesShape,
  ENCODED_REST,
  optionalField,
  recordShape,
  requiredField,
} from './avro-type.ts';
import { AvroWriter } from './avro-writer.ts';
import type { BoundSpec } from './bound-spec.ts';
import type { FileMetrics } from './file-metrics.ts';
import { partitionTupleType, type TupleKey } from './partition-spec.ts';
import type { TableMetadata } from './table-metadata.ts';
import type { IcebergField } from './table-schema.ts';

/** A file of a table, with what readers need to know before they open it. */
export interface DataFile extends FileMetrics {
  path: string;
  partition: AvroRecordValue;
  fileSizeBytes: number;
}

/** A file whose metrics are encoded as a manifest has them, by whoever wrote the file. */
export interface EncodedDataFile
  extends Pick<DataFile, 'path' | 'partition' | 'fileSizeBytes' | 'recordCount'> {
  /** What `encodedMetrics` made. */
  encodedMetrics: Uint8Array;
}

/** `status` of an entry of a manifest. */
export const EntryStatus = { EXISTING: 0, ADDED: 1, DELETED: 2 } as const;

/** A file in a manifest. A file that its snapshot adds takes the numbers of that snapshot: they are null. */
export interface ManifestEntry<File = DataFile> {
  status: number;
  snapshotId: number | null;
  sequenceNumber: number | null;
  fileSequenceNumber: number | null;
  file: File;
}

/** An entry of a manifest that is to be written. */
export type WrittenEntry = ManifestEntry<DataFile | EncodedDataFile>;

/** The schema and the partition spec that a manifest is written with. */
interface ManifestForm {
  schemaId: number;
  fields: IcebergField[];
  spec: BoundSpec;
}

/** The schema of now, and a partition spec. */
export function formOf(metadata: TableMetadata, spec: BoundSpec): ManifestForm {
  const schemaId = metadata['current-schema-id'];
  const fields = metadata.schemas.find((schema) => schema['schema-id'] === schemaId)?.fields ?? [];
  return { schemaId, fields, spec };
}

const PARQUET = 'PARQUET';
const CONTENT_DATA = 0;

/** The type of the entries of a manifest of version 2 (Iceberg spec, "Manifests"; the numbers are the ids of the fields there). */
function entryType(keys: readonly TupleKey[]): AvroRecord {
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      requiredField(0, 'status', 'int'),
      optionalField(1, 'snapshot_id', 'long'),
      optionalField(3, 'sequence_number', 'long'),
      optionalField(4, 'file_sequence_number', 'long'),
      requiredField(2, 'data_file', {
        type: 'record',
        name: 'r2',
        fields: [
          requiredField(134, 'content', 'int'),
          requiredField(100, 'file_path', 'string'),
          requiredField(101, 'file_format', 'string'),
          requiredField(102, 'partition', partitionTupleType(keys)),
          requiredField(103, 'record_count', 'long'),
          requiredField(104, 'file_size_in_bytes', 'long'),
          ...METRICS_FIELDS,
        ],
      }),
    ],
  };
}

/** One for each thread. */
const metricsWriter = new AvroWriter();

/**
 * The metrics of a file as its entry in a manifest ends with them: what depends on the file alone, and takes longest to encode. Written part by
 * part, as the writer would write `metricsRow` in the types of `METRICS_FIELDS`: that takes several times as long.
 */
export function encodedMetrics(metrics: FileMetrics): Uint8Array {
  const out = metricsWriter;
  out.clear();
  for (const list of [metrics.columnSizes, metrics.valueCounts, metrics.nullCounts]) {
    beginList(list.length);
    for (const [key, value] of list) {
      out.long(key);
      out.long(value);
    }
    out.long(0);
  }
  for (const list of [metrics.lowerBounds, metrics.upperBounds]) {
    beginList(list.length);
    for (const [key, value] of list) {
      out.long(key);
      out.sized(value);
    }
    out.long(0);
  }
  beginList(metrics.splitOffsets.length);
  for (const offset of metrics.splitOffsets) out.long(offset);
  out.long(0);
  return out.bytes();
}

/** An optional list that is there. */
function beginList(length: number): void {
  metricsWriter.long(1);
  if (length > 0) metricsWriter.long(length);
}

/** A map from a field's id (spec, Appendix A, "Maps": keys that are no text make it a list of pairs). */
function pairs(keyId: number, valueId: number, value: AvroType): AvroType {
  const fields = [requiredField(keyId, 'key', 'int'), requiredField(valueId, 'value', value)];
  return {
    type: 'array',
    logicalType: 'map',
    items: { type: 'record', name: `k${keyId}_v${valueId}`, fields },
  };
}

export function manifestBytes({ schemaId, fields, spec }: ManifestForm, entries: WrittenEntry[]): Uint8Array {
  return avroFileBytes(entryType(spec.keys), {
    metadata: {
      schema: JSON.stringify({ type: 'struct', 'schema-id': schemaId, fields }),
      'schema-id': String(schemaId),
      'partition-spec': JSON.stringify(spec.fields),
      'partition-spec-id': String(spec.id),
      'format-version': '2',
      content: 'data',
    },
    rows: entries.map(rowOf),
  });
}

function rowOf({
  status,
  snapshotId,
  sequenceNumber,
  fileSequenceNumber,
  file,
}: WrittenEntry): AvroRecordValue {
  return {
    status,
    snapshot_id: snapshotId,
    sequence_number: sequenceNumber,
    file_sequence_number: fileSequenceNumber,
    data_file: {
      content: CONTENT_DATA,
      file_path: file.path,
      file_format: PARQUET,
      partition: file.partition,
      record_count: file.recordCount,
      file_size_in_bytes: file.fileSizeBytes,
      ...('encodedMetrics' in file ? { [ENCODED_REST]: file.encodedMetrics } : metricsRow(file)),
    },
  };
}

function metricsRow(metrics: FileMetrics): AvroRecordValue {
  const mapOf = (list: readonly [number, AvroValue][]) => list.map(([key, value]) => ({ key, value }));
  return {
    column_sizes: mapOf(metrics.columnSizes),
    value_counts: mapOf(metrics.valueCounts),
    null_value_counts: mapOf(metrics.nullCounts),
    lower_bounds: mapOf(metrics.lowerBounds),
    upper_bounds: mapOf(metrics.upperBounds),
    split_offsets: metrics.splitOffsets,
  };
}

/** The last fields of a file in a manifest. */
const METRICS_FIELDS = [
  optionalField(108, 'column_sizes', pairs(117, 118, 'long')),
  optionalField(109, 'value_counts', pairs(119, 120, 'long')),
  optionalField(110, 'null_value_counts', pairs(121, 122, 'long')),
  optionalField(125, 'lower_bounds', pairs(126, 127, 'bytes')),
  optionalField(128, 'upper_bounds', pairs(129, 130, 'bytes')),
  optionalField(132, 'split_offsets', { type: 'array', items: 'long', 'element-id': 133 }),
];

/** The entries of a manifest that this software wrote, whose tuples have these keys. Fails with `ObjectDamaged` if it is none. */
export function readManifest(bytes: Uint8Array, keys: readonly TupleKey[], where: string): ManifestEntry[] {
  return readAvroFile(entryType(keys), entryShape, bytes, where).map(entryOf);
}

interface Pair<V> {
  key: number;
  value: V;
}

interface EntryRow {
  status: number;
  snapshot_id: number | null;
  sequence_number: number | null;
  file_sequence_number: number | null;
  data_file: {
    file_path: string;
    partition: AvroRecordValue;
    record_count: number;
    file_size_in_bytes: number;
    column_sizes: Pair<number>[];
    value_counts: Pair<number>[];
    null_value_counts: Pair<number>[];
    lower_bounds: Pair<Uint8Array>[];
    upper_bounds: Pair<Uint8Array>[];
    split_offsets: number[];
  };
}

const counts = listOf(objectOf<Pair<number>>({ key: wholeNumber, value: wholeNumber }));
const bounds = listOf(objectOf<Pair<Uint8Array>>({ key: wholeNumber, value: bytesShape }));

const entryShape = objectOf<EntryRow>({
  status: wholeNumber,
  snapshot_id: nullable(wholeNumber),
  sequence_number: nullable(wholeNumber),
  file_sequence_number: nullable(wholeNumber),
  data_file: objectOf<EntryRow['data_file']>({
    file_path: text,
    partition: recordShape,
    record_count: wholeNumber,
    file_size_in_bytes: wholeNumber,
    column_sizes: counts,
    value_counts: counts,
    null_value_counts: counts,
    lower_bounds: bounds,
    upper_bounds: bounds,
    split_offsets: listOf(wholeNumber),
  }),
});

function entryOf(row: EntryRow): ManifestEntry {
  const { data_file: file } = row;
  const listFrom = <V>(map: Pair<V>[]) => map.map(({ key, value }): [number, V] => [key, value]);
  return {
    status: row.status,
    snapshotId: row.snapshot_id,
    sequenceNumber: row.sequence_number,
    fileSequenceNumber: row.file_sequence_number,
    file: {
      path: file.file_path,
      partition: file.partition,
      recordCount: file.record_count,
      fileSizeBytes: file.file_size_in_bytes,
      columnSizes: listFrom(file.column_sizes),
      valueCounts: listFrom(file.value_counts),
      nullCounts: listFrom(file.null_value_counts),
      lowerBounds: listFrom(file.lower_bounds),
      upperBounds: listFrom(file.upper_bounds),
      splitOffsets: file.split_offsets,
    },
  };
}
