import { describe, expect, it } from 'vitest';
import { boundSpec, specOfKeys } from '../../shared/iceberg/bound-spec.ts';
import { idOf, withColumnNames } from '../../shared/iceberg/field-ids.ts';
import type { ManifestFile } from '../../shared/iceberg/manifest-list.ts';
import { snapshotIdOf, snapshotOf } from '../../shared/iceberg/snapshot.ts';
import {
  following,
  newTable,
  type Snapshot,
  type TableMetadata,
  withColumns,
  withoutSnapshots,
  withSnapshot,
  withSnapshots,
  withSpecs,
} from '../../shared/iceberg/table-metadata.ts';

/** Of commit 3 of a day, worked out by another program: the first 13 hex digits of SHA-256. */
const ID = 2188276168086197;
const AGAIN = 890845206580223;

const COLUMNS = {
  columns: [
    { name: 'id', type: 'string' },
    { name: 'tags', type: 'array<string>' },
  ],
  partitionKeys: [{ name: 'year', type: 'string' }],
};
const IDS = { id: 1, tags: 2, year: 3, 'tags.element': 4 };
const table = () => newTable(COLUMNS, IDS, 's3://b/t', 1000);

function snapshot(id: number, ms = id * 1000): Snapshot {
  return {
    ...{ 'snapshot-id': id, 'sequence-number': id, 'timestamp-ms': ms },
    ...{ 'manifest-list': `list-${id}`, 'schema-id': 0, summary: {} },
  };
}

/** A table whose snapshots 1 to n were shown one after the other, each a second after the one before. */
function shown(count: number, refs: TableMetadata['refs'] = {}): TableMetadata {
  let metadata: TableMetadata = { ...table(), refs };
  for (let id = 1; id <= count; id++) metadata = withSnapshot(metadata, snapshot(id));
  return metadata;
}

const idsOf = ({ snapshots }: TableMetadata) => snapshots.map((one) => one['snapshot-id']);
const logOf = (metadata: TableMetadata) => metadata['snapshot-log'].map((one) => one['snapshot-id']);

describe('a new table', () => {
  it('has no snapshot, and all that the specification asks for', () => {
    expect(table()).toStrictEqual({
      'format-version': 2,
      'table-uuid': expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
      location: 's3://b/t',
      'last-sequence-number': 0,
      'last-updated-ms': 1000,
      'last-column-id': 4,
      'current-schema-id': 0,
      schemas: [{ type: 'struct', 'schema-id': 0, fields: expect.any(Array) }],
      'default-spec-id': 0,
      'partition-specs': [
        { 'spec-id': 0, fields: [{ 'source-id': 3, 'field-id': 1000, name: 'year', transform: 'identity' }] },
      ],
      'last-partition-id': 1000,
      'default-sort-order-id': 0,
      'sort-orders': [{ 'order-id': 0, fields: [] }],
      properties: {
        'schema.name-mapping.default': JSON.stringify([
          { 'field-id': 1, names: ['id'] },
          { 'field-id': 2, names: ['tags'], fields: [{ 'field-id': 4, names: ['element'] }] },
          { 'field-id': 3, names: ['year'] },
        ]),
      },
      snapshots: [],
      'snapshot-log': [],
      'metadata-log': [],
    });
  });

  it('gets a schema for each list of columns, and takes one again that it had', () => {
    const fewer = { ...COLUMNS, columns: COLUMNS.columns.slice(0, 1) };
    const changed = withColumns(table(), fewer, IDS);
    expect([changed['current-schema-id'], changed.schemas.length]).toEqual([1, 2]);
    const back = withColumns(changed, COLUMNS, IDS);
    expect([back['current-schema-id'], back.schemas.length]).toEqual([0, 2]);
  });

  it('has a spec for each list of keys that files have', () => {
    const metadata = table();
    expect(withSpecs(metadata, [['year']], IDS)).toBe(metadata);
    const both = withSpecs(metadata, [['year'], ['year', 'id']], IDS);
    expect(both['partition-specs'].map(({ fields }) => fields.map(({ name }) => name))).toEqual([
      ['year'],
      ['year', 'id'],
    ]);
    expect([both['default-spec-id'], both['last-partition-id']]).toEqual([0, 1001]);
    expect(specOfKeys(both, ['year', 'id'])).toMatchObject({
      id: 1,
      keys: [{ fieldId: 1000 }, { fieldId: 1001 }],
    });
    expect(specOfKeys(both, ['year'])?.id).toBe(0);
    for (const names of [[], ['id', 'year'], ['year', 'id', 'tags']])
      expect(specOfKeys(both, names)).toBeUndefined();
    expect(boundSpec(both, 2)).toBeUndefined();
  });

  it('reads the values of a key in the type that its column has now, or had last', () => {
    const keyed = withSpecs(table(), [['id']], IDS);
    const other = (fields: (typeof keyed.schemas)[number]['fields'], id = 7): TableMetadata => ({
      ...keyed,
      schemas: [...keyed.schemas, { type: 'struct', 'schema-id': id, fields }],
      'current-schema-id': 7,
    });
    const [column] = keyed.schemas[0]!.fields;
    const wider = { ...column!, type: 'long' };
    expect(boundSpec(other([wider]), 1)?.keys[0]?.type).toBe('bigint');
    expect(boundSpec(other([wider], 6), 1)?.keys[0]?.type).toBe('string');
    expect(boundSpec(other([]), 1)?.keys[0]?.type).toBe('string');
    expect(boundSpec({ ...keyed, schemas: [] }, 1)).toBeUndefined();
  });
});

describe('snapshots of a table', () => {
  it('are a hundred at most, besides those that somebody named', () => {
    expect(idsOf(shown(100))).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    const more = shown(102, { audit: { 'snapshot-id': 1, type: 'tag' } });
    expect(idsOf(more)).toEqual([1, ...Array.from({ length: 100 }, (_, index) => index + 3)]);
    expect(more).toMatchObject({
      'current-snapshot-id': 102,
      'last-sequence-number': 102,
      'last-updated-ms': 102_000,
      refs: { main: { 'snapshot-id': 102, type: 'branch' }, audit: { 'snapshot-id': 1, type: 'tag' } },
    });
    // What came before a snapshot that is gone cannot be told.
    expect(logOf(more)).toEqual(Array.from({ length: 100 }, (_, index) => index + 3));
  });

  it('that are shown again are there once', () => {
    const again = withSnapshot(shown(3), { ...snapshot(2), 'sequence-number': 4, 'timestamp-ms': 9000 });
    expect([idsOf(again), logOf(again)]).toEqual([
      [1, 3, 2],
      [1, 2, 3, 2],
    ]);
  });

  it('go once others have replaced them by a moment, unless somebody named them', () => {
    const metadata = shown(4, { audit: { 'snapshot-id': 1, type: 'tag' } });
    expect(withoutSnapshots(metadata, 1999)).toBe(metadata);
    // Snapshot 2 was replaced by the third at 3000.
    expect(withoutSnapshots(metadata, 2999)).toBe(metadata);
    const fewer = withoutSnapshots(metadata, 3000);
    expect([idsOf(fewer), logOf(fewer)]).toEqual([
      [1, 3, 4],
      [3, 4],
    ]);
    expect(idsOf(withoutSnapshots(metadata, 9e9))).toEqual([1, 4]);
    // Their order is that of their numbers, not of the list.
    const turned = { ...metadata, snapshots: metadata.snapshots.toReversed() };
    expect(idsOf(withoutSnapshots(turned, 3000))).toEqual([1, 3, 4]);
  });

  it('that are gone lose their names', () => {
    const named = shown(2, { audit: { 'snapshot-id': 1, type: 'tag' } });
    expect(withSnapshots(named, [snapshot(2)]).refs).toEqual({ main: { 'snapshot-id': 2, type: 'branch' } });
    expect('refs' in withSnapshots(table(), [])).toBe(false);
  });

  it('metadata names the hundred files before it', () => {
    let metadata = table();
    for (let number = 1; number <= 101; number++) metadata = following(metadata, `file-${number}`, number);
    const log = metadata['metadata-log'];
    expect(log).toHaveLength(100);
    expect(log[0]).toEqual({ 'timestamp-ms': 2, 'metadata-file': 'file-2' });
  });

  it('have the id of what they show, and the figures that the specification names', () => {
    const of = { dataset: 'contracts', businessDate: '2026-03-09', commit: 3 };
    expect([snapshotIdOf(of), snapshotIdOf(of, 1)]).toEqual([ID, AGAIN]);
    const manifest = (added: number, deleted: number, snapshotId = ID): ManifestFile => ({
      ...{ manifest_path: 'm', manifest_length: 1, partition_spec_id: 0, content: 0, partitions: [] },
      ...{ sequence_number: 1, min_sequence_number: 1, added_snapshot_id: snapshotId },
      ...{ added_files_count: added, existing_files_count: 2, deleted_files_count: deleted },
      ...{ added_rows_count: added * 10, existing_rows_count: 20, deleted_rows_count: deleted * 10 },
    });
    const made = { ...of, id: ID, sequenceNumber: 7, timestampMs: 8, schemaId: 9 };
    const summary = (...manifests: ManifestFile[]) =>
      snapshotOf(made, undefined, 'list', manifests, { rows: '5' }).summary;
    expect(summary(manifest(1, 3), manifest(4, 5, 1))).toEqual({
      operation: 'overwrite',
      'added-data-files': '1',
      'added-records': '10',
      'deleted-data-files': '3',
      'deleted-records': '30',
      'total-data-files': '9',
      'total-records': '90',
      'total-delete-files': '0',
      'total-position-deletes': '0',
      'total-equality-deletes': '0',
      'business-date': '2026-03-09',
      commit: '3',
      rows: '5',
    });
    expect(summary(manifest(1, 0)).operation).toBe('append');
    expect(summary(manifest(0, 1)).operation).toBe('delete');
    expect('parent-snapshot-id' in snapshotOf(made, undefined, 'list', [], {})).toBe(false);
    expect(snapshotOf(made, snapshot(4), 'list', [], {})).toMatchObject({
      'snapshot-id': ID,
      'parent-snapshot-id': 4,
      'sequence-number': 7,
      'timestamp-ms': 8,
      'manifest-list': 'list',
      'schema-id': 9,
    });
  });
});

describe('ids of fields', () => {
  it('count from 1, stay with their names, and go on with the names that a column had', () => {
    const first = withColumnNames({}, { columns: [{ name: 'a', type: 'string' }], partitionKeys: [] });
    expect(first).toEqual({ a: 1 });
    const columns = [
      { name: 'b', type: 'string', formerly: ['a'] },
      { name: 'c', type: 'string', formerly: ['d'] },
    ];
    const renamed = withColumnNames(first, { columns, partitionKeys: [{ name: 'k', type: 'string' }] });
    expect(renamed).toEqual({ a: 1, b: 1, c: 2, d: 2, k: 3 });
    expect(withColumnNames(renamed, { columns, partitionKeys: [] })).toBe(renamed);
    // An older layout comes back.
    expect(withColumnNames(renamed, { columns: [{ name: 'a', type: 'string' }], partitionKeys: [] })).toBe(
      renamed,
    );
  });

  it('are those of the table: one that nobody gave is refused', () => {
    expect(idOf({ a: 3 }, 'a')).toBe(3);
    for (const name of ['b', 'constructor'])
      expect(() => idOf({ a: 3 }, name)).toThrow(`'${name}' has no id`);
  });
});
