import { flag, listOf, nullable, objectOf, text, wholeNumber } from '../json-shape.ts';
import { avroFileBytes, readAvroFile } from './avro-file.ts';
import {
  type AvroRecord,
  type AvroRecordValue,
  bytesShape,
  optionalField,
  requiredField,
} from './avro-type.ts';
import type { BoundSpec } from './bound-spec.ts';
import { EntryStatus, type WrittenEntry } from './manifest.ts';
import { compareTupleValues, type TupleKey, tupleBound } from './partition-spec.ts';

/** A manifest as the list of a snapshot has it; the names are those of the specification. */
export interface ManifestFile {
  manifest_path: string;
  manifest_length: number;
  partition_spec_id: number;
  content: number;
  sequence_number: number;
  min_sequence_number: number;
  added_snapshot_id: number;
  added_files_count: number;
  existing_files_count: number;
  deleted_files_count: number;
  added_rows_count: number;
  existing_rows_count: number;
  deleted_rows_count: number;
  partitions: PartitionSummary[];
}

/** The values that a partition field has in a manifest, so that readers pass over manifests too. */
interface PartitionSummary {
  contains_null: boolean;
  lower_bound: Uint8Array | null;
  upper_bound: Uint8Array | null;
}

/** The type of a manifest list of version 2 (Iceberg spec, "Manifest Lists"). */
const MANIFEST_FILE: AvroRecord = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    requiredField(500, 'manifest_path', 'string'),
    requiredField(501, 'manifest_length', 'long'),
    requiredField(502, 'partition_spec_id', 'int'),
    requiredField(517, 'content', 'int'),
    requiredField(515, 'sequence_number', 'long'),
    requiredField(516, 'min_sequence_number', 'long'),
    requiredField(503, 'added_snapshot_id', 'long'),
    requiredField(504, 'added_files_count', 'int'),
    requiredField(505, 'existing_files_count', 'int'),
    requiredField(506, 'deleted_files_count', 'int'),
    requiredField(512, 'added_rows_count', 'long'),
    requiredField(513, 'existing_rows_count', 'long'),
    requiredField(514, 'deleted_rows_count', 'long'),
    optionalField(507, 'partitions', {
      type: 'array',
      'element-id': 508,
      items: {
        type: 'record',
        name: 'r508',
        fields: [
          requiredField(509, 'contains_null', 'boolean'),
          optionalField(510, 'lower_bound', 'bytes'),
          optionalField(511, 'upper_bound', 'bytes'),
        ],
      },
    }),
  ],
};

const manifestFileShape = objectOf<ManifestFile>({
  manifest_path: text,
  manifest_length: wholeNumber,
  partition_spec_id: wholeNumber,
  content: wholeNumber,
  sequence_number: wholeNumber,
  min_sequence_number: wholeNumber,
  added_snapshot_id: wholeNumber,
  added_files_count: wholeNumber,
  existing_files_count: wholeNumber,
  deleted_files_count: wholeNumber,
  added_rows_count: wholeNumber,
  existing_rows_count: wholeNumber,
  deleted_rows_count: wholeNumber,
  partitions: listOf(
    objectOf<PartitionSummary>({
      contains_null: flag,
      lower_bound: nullable(bytesShape),
      upper_bound: nullable(bytesShape),
    }),
  ),
});

/** The manifest list of a snapshot. */
export function manifestListBytes(
  { id, sequenceNumber }: { id: number; sequenceNumber: number },
  parentId: number | undefined,
  manifests: ManifestFile[],
): Uint8Array {
  const rows = manifests.map(
    ({ partitions, ...manifest }): AvroRecordValue => ({
      ...manifest,
      partitions: partitions.map((summary) => ({ ...summary })),
    }),
  );
  return avroFileBytes(MANIFEST_FILE, {
    metadata: {
      'snapshot-id': String(id),
      'parent-snapshot-id': String(parentId ?? null),
      'sequence-number': String(sequenceNumber),
      'format-version': '2',
    },
    rows,
  });
}

/** The manifests of a list that this software wrote. Fails with `ObjectDamaged` if it is none. */
export function readManifestList(bytes: Uint8Array, where: string): ManifestFile[] {
  return readAvroFile(MANIFEST_FILE, manifestFileShape, bytes, where);
}

/** What the list says of a manifest that a snapshot writes. */
export function manifestFile(
  written: { path: string; lengthBytes: number; snapshotId: number; sequenceNumber: number },
  entries: WrittenEntry[],
  spec: BoundSpec,
): ManifestFile {
  const having = (status: number) => entries.filter((entry) => entry.status === status);
  const rowsOf = (list: WrittenEntry[]) => list.reduce((sum, { file }) => sum + file.recordCount, 0);
  const [added, existing, deleted] = [EntryStatus.ADDED, EntryStatus.EXISTING, EntryStatus.DELETED].map(
    having,
  );
  const living = [...added!, ...existing!];
  return {
    manifest_path: written.path,
    manifest_length: written.lengthBytes,
    partition_spec_id: spec.id,
    content: 0,
    sequence_number: written.sequenceNumber,
    min_sequence_number: Math.min(
      ...living.map(({ sequenceNumber }) => sequenceNumber ?? written.sequenceNumber),
      written.sequenceNumber,
    ),
    added_snapshot_id: written.snapshotId,
    added_files_count: added!.length,
    existing_files_count: existing!.length,
    deleted_files_count: deleted!.length,
    added_rows_count: rowsOf(added!),
    existing_rows_count: rowsOf(existing!),
    deleted_rows_count: rowsOf(deleted!),
    partitions: spec.keys.map((key) => summaryOf(key, entries)),
  };
}

function summaryOf(key: TupleKey, entries: WrittenEntry[]): PartitionSummary {
  const values = entries.map(({ file }) => file.partition[key.name] ?? null);
  const known = values.filter((value) => value !== null).sort(compareTupleValues);
  const [least, greatest] = [known[0], known.at(-1)];
  return {
    contains_null: values.includes(null),
    lower_bound: least === undefined ? null : tupleBound(key, least),
    upper_bound: greatest === undefined ? null : tupleBound(key, greatest),
  };
}
