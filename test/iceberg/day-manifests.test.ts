import { expect, it } from 'vitest';
import {
  changedDays,
  manifestListName,
  manifestName,
  manifestsByDay,
} from '../../shared/iceberg/day-manifests.ts';
import type { ManifestFile } from '../../shared/iceberg/manifest-list.ts';
import type { CatalogPartition } from '../../shared/ports/catalog.ts';

const BYTES = Buffer.from('manifest');

function manifest(path: string, added: number, existing = 0): ManifestFile {
  return {
    ...{ manifest_path: path, manifest_length: 1, partition_spec_id: 0, content: 0, partitions: [] },
    ...{ sequence_number: 1, min_sequence_number: 1, added_snapshot_id: 1 },
    ...{ added_files_count: added, existing_files_count: existing, deleted_files_count: 1 },
    ...{ added_rows_count: 0, existing_rows_count: 0, deleted_rows_count: 0 },
  };
}

const nameOf = (businessDate: string, commit: number) =>
  `s3://b/t/metadata/day-${businessDate}-0000${commit}-ab.avro`;

/** A partition of a day with so many files. */
function partition(businessDate: string, files: number): CatalogPartition {
  const [year = '', month = '', day = ''] = businessDate.split('-');
  const location = `t/${businessDate}/`;
  return {
    values: { year, month, day },
    location,
    files: Array.from({ length: files }, (_, at) => `${location}${at}`),
  };
}

it('the name of a manifest says its day and commit, and its hash which files or which snapshot it is of', () => {
  const day = { businessDate: '2026-03-09', commit: 3 };
  expect(manifestName(day, BYTES)).toBe('day-2026-03-09-00003-05b3abf2579a5eb6.avro');
  expect(manifestName(day, BYTES, 7)).not.toBe(manifestName(day, BYTES));
  expect(manifestName(day, Buffer.from('other'))).not.toBe(manifestName(day, BYTES));
  expect(manifestListName(12, BYTES)).toBe('snap-12-05b3abf2579a5eb6.avro');
});

it('a day has the manifests with a living file', () => {
  const [one, two] = [manifest(nameOf('2026-03-08', 2), 1), manifest(nameOf('2026-03-08', 2), 0, 1)];
  const dead = manifest(nameOf('2026-03-09', 1), 0);
  const other = manifest('s3://b/t/metadata/other.avro', 1);
  expect([...manifestsByDay([one, dead, other, two])]).toEqual([
    ['2026-03-08', { commit: 2, manifests: [one, two] }],
  ]);
});

it('the days that a catalog shows otherwise are those of another commit, and those that came or went', () => {
  const days = { '2026-03-05': 1, '2026-03-06': 2, '2026-03-07': 1, '2026-03-08': 4 };
  const partitions = [
    partition('2026-03-05', 1),
    partition('2026-03-06', 1),
    partition('2026-03-06', 2),
    partition('2026-03-07', 0),
    partition('2026-03-10', 1),
  ];
  const catalog = { dataset: 't', columns: [], partitionKeys: [], days, partitions };
  const shown = [
    manifest(nameOf('2026-03-05', 1), 1),
    manifest(nameOf('2026-03-06', 1), 1),
    manifest(nameOf('2026-03-08', 4), 1),
    manifest(nameOf('2026-03-09', 3), 1),
  ];
  expect(changedDays(catalog, shown)).toEqual([
    { businessDate: '2026-03-06', commit: 2, partitions: partitions.slice(1, 3) },
    { businessDate: '2026-03-08', commit: 4, partitions: [] },
    // The catalog does not know the day.
    { businessDate: '2026-03-09', commit: 0, partitions: [] },
  ]);
});
