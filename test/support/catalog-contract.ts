import type { GlueClient } from '@aws-sdk/client-glue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGlueCatalog } from '../../shared/aws/glue-catalog.ts';
import { dayPartition } from '../../shared/keys/business-date.ts';
import type { Catalog, CatalogColumn, DayPublication } from '../../shared/ports/catalog.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { seenThroughGlue } from './glue-tables.ts';
import { TestLake } from './run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from './small-contracts.ts';

/** A Data Catalog with an empty database `lake`, and a bucket `published`. */
export interface OpenGlue {
  client: GlueClient;
  store: ObjectStore;
  close(): Promise<void>;
}

export const BUCKET = 'published';
const KEYS = ['year', 'month', 'day', 'product'].map((name) => ({ name, type: 'string' }));
const COLUMNS: CatalogColumn[] = [
  { name: 'id', type: 'string' },
  { name: 'amount', type: 'decimal(9,2)' },
];

/** A published file of the table that `dayOf` describes, as the pipeline writes it. */
export async function publishedFile(): Promise<Uint8Array> {
  await using lake = await TestLake.make();
  await lake.putRaw('a_20250812.txt', smallFile(smallLine('1', 300, 'A')));
  await lake.convert({ sourceKey: 'a_20250812.txt', layout: smallLayout() });
  const [partition] = (await lake.catalog('small'))?.partitions ?? [];
  return (await lake.ports.lake.get(`processed/${partition?.files[0]}`))!.bytes;
}

/** Commit n of a day with a file for each product, and those files in the store. */
export async function dayOf(
  store: Pick<ObjectStore, 'put'>,
  file: Uint8Array,
  dataset: string,
  products: (string | null)[],
  commit = 1,
  businessDate = '2026-03-09',
): Promise<DayPublication> {
  const { year, month, day } = dayPartition(businessDate);
  const partitions = products.map((product) => {
    const location = `${dataset}/year=${year}/month=${month}/day=${day}/product=${product}/gen=0000${commit}/`;
    return { values: { year, month, day, product }, location, files: [`${location}a.snappy.parquet`] };
  });
  await Promise.all(partitions.flatMap(({ files }) => files.map((key) => store.put(key, file))));
  const names = [...COLUMNS, ...KEYS].map(({ name }, index) => [name, index + 1] as const);
  return {
    dataset,
    columns: COLUMNS,
    partitionKeys: KEYS,
    businessDate,
    commit,
    fieldIds: Object.fromEntries(names),
    partitions,
  };
}

/** The contract of the Glue catalog, run against the Data Catalog that `open` gives. */
export function describeGlueCatalog(name: string, open: () => Promise<OpenGlue>): void {
  describe(`the catalog on ${name}`, () => {
    let opened: OpenGlue;
    let catalog: Catalog;
    let file: Uint8Array;
    beforeAll(async () => {
      opened = await open();
      const { client, store } = opened;
      const now = () => new Date('2026-03-10T06:00:00Z');
      catalog = createGlueCatalog({ client, database: 'lake', bucket: BUCKET, store, now, mostWaitMs: 50 });
      file = await publishedFile();
    });
    afterAll(() => opened.close());
    const day = (dataset: string, products: (string | null)[], commit?: number, date?: string) =>
      dayOf(opened.store, file, dataset, products, commit, date);
    const seen = (table: string) => seenThroughGlue({ ...opened, bucket: BUCKET }, 'lake', table);
    const filesOf = (...days: DayPublication[]) =>
      days.flatMap(({ partitions }) => partitions.flatMap(({ files }) => files)).sort();

    it('opens a table without rows once, and says what it has', async () => {
      expect(await catalog.tableOf('opened')).toBeUndefined();
      const { columns, partitionKeys, fieldIds } = await day('opened', []);
      const table = { dataset: 'opened', columns, partitionKeys, fieldIds: fieldIds! };
      await catalog.open(table);
      const first = await seen('opened');
      await catalog.open(table);
      expect((await seen('opened'))?.table?.Parameters).toEqual(first?.table?.Parameters);
      expect(await catalog.tableOf('opened')).toEqual({ columns, partitionKeys });
      expect(await catalog.fieldIdsOf('opened')).toEqual(fieldIds);
      expect(first?.table).toMatchObject({
        TableType: 'EXTERNAL_TABLE',
        Parameters: { table_type: 'ICEBERG' },
        StorageDescriptor: { Location: 's3://published/opened' },
      });
      expect(first?.table?.StorageDescriptor?.Columns?.map(({ Name, Type }) => `${Name} ${Type}`)).toEqual([
        ...[
          'id string',
          'amount decimal(9,2)',
          'year string',
          'month string',
          'day string',
          'product string',
        ],
      ]);
      expect(first?.files).toEqual([]);
    });

    it('shows a commit as one snapshot over all partitions, and twice changes nothing', async () => {
      const wide = await day('wide', [null, ...Array.from({ length: 150 }, (_, index) => `P${index}`)]);
      expect(await catalog.publishDay({ ...wide, facts: { rows: '151' } })).toBe(true);
      const first = await seen('wide');
      expect(first?.files).toEqual(filesOf(wide));
      expect(first?.snapshot?.summary).toMatchObject({
        'business-date': '2026-03-09',
        commit: '1',
        rows: '151',
        'added-data-files': '151',
      });
      expect(await catalog.publishDay(wide)).toBe(true);
      expect((await seen('wide'))?.table?.Parameters).toEqual(first?.table?.Parameters);
      expect(await catalog.standsAt(wide)).toBe(true);
      const shown = await catalog.shownDay('wide', '2026-03-09');
      expect(shown?.commit).toBe(1);
      const byLocation = (list: DayPublication['partitions']) =>
        list.toSorted((a, b) => (a.location < b.location ? -1 : 1));
      expect(byLocation(shown?.partitions ?? [])).toEqual(byLocation(wide.partitions));
      expect(await catalog.differences('wide', [wide])).toEqual([]);
    });

    it('replaces a day, leaves other days and a higher commit alone', async () => {
      const before = await day('replaced', ['A'], 7, '2026-03-08');
      await catalog.publishDay(before);
      const first = await day('replaced', ['A', "O'B"]);
      await catalog.publishDay(first);
      const second = await day('replaced', ["O'B", 'C'], 2);
      expect(await catalog.publishDay(second)).toBe(true);
      expect(await catalog.publishDay(first)).toBe(false);
      expect(await catalog.standsAt(second)).toBe(true);
      const { files, table, metadata } = (await seen('replaced'))!;
      expect(files).toEqual(filesOf(before, second));
      expect(table?.Parameters?.previous_metadata_location).toBe(
        metadata['metadata-log'].at(-1)?.['metadata-file'],
      );
      expect(metadata.snapshots).toHaveLength(3);
      expect(await catalog.differences('replaced', [before, { ...first, commit: 3 }])).toMatchObject([
        { kind: 'behind', businessDate: '2026-03-09', commit: 2 },
      ]);
    });

    it('takes a day out, and an earlier commit of it does not come back', async () => {
      const standing = await day('emptied', ['A'], 1, '2026-03-08');
      await catalog.publishDay(standing);
      const first = await day('emptied', ['A']);
      await catalog.publishDay(first);
      const gone = await day('emptied', [], 2);
      expect(await catalog.publishDay(gone)).toBe(true);
      expect(await catalog.publishDay(first)).toBe(false);
      expect((await seen('emptied'))?.files).toEqual(filesOf(standing));
      expect(await catalog.shownDay('emptied', '2026-03-09')).toEqual({ commit: 2, partitions: [] });
      expect(await catalog.differences('emptied', [standing, gone])).toEqual([]);
      const third = await day('emptied', ['B'], 3);
      expect(await catalog.publishDay(third)).toBe(true);
      expect((await seen('emptied'))?.files).toEqual(filesOf(standing, third));
    });

    it('renames a column, which keeps its id, also if an older layout comes back', async () => {
      const first = await day('renamed', ['A']);
      await catalog.publishDay(first);
      const later = await day('renamed', ['A'], 1, '2026-03-10');
      later.columns = [COLUMNS[0]!, { name: 'value', type: 'decimal(9,2)', formerly: ['amount'] }];
      later.fieldIds = { ...later.fieldIds, value: 2 };
      await catalog.publishDay(later);
      expect((await catalog.tableOf('renamed'))?.columns).toEqual(later.columns);
      await catalog.publishDay(await day('renamed', ['B'], 1, '2026-03-11'));
      expect((await catalog.tableOf('renamed'))?.columns).toEqual(later.columns);
      expect(await catalog.fieldIdsOf('renamed')).toMatchObject({ amount: 2, value: 2 });
    });

    it('adds columns and widens decimals; refuses other types', async () => {
      await catalog.publishDay(await day('changed', ['A']));
      const wider = await day('changed', ['A'], 1, '2026-03-10');
      wider.columns = [...COLUMNS, { name: 'novo', type: 'date' }];
      wider.columns[1] = { name: 'amount', type: 'decimal(18,2)' };
      wider.fieldIds = { ...wider.fieldIds, novo: 7 };
      await catalog.publishDay(wider);
      // A narrower layout comes back: the table stays as it is.
      await catalog.publishDay(await day('changed', ['A'], 1, '2026-03-11'));
      expect(await catalog.tableOf('changed')).toEqual({
        columns: [{ name: 'id', type: 'string' }, ...wider.columns.slice(1)],
        partitionKeys: KEYS,
      });
      const { files } = (await seen('changed'))!;
      // A filter of Athena would compare unscaled digits of files with another scale, or another stored form.
      for (const [column, type] of [
        [0, 'bigint'],
        [1, 'decimal(18,1)'],
        [1, 'decimal(20,4)'],
        [1, 'decimal(19,2)'],
      ] as const) {
        const other = await day('changed', ['A'], 2);
        other.columns = other.columns.with(column, { ...other.columns[column]!, type });
        await expect(catalog.publishDay(other)).rejects.toMatchObject({ name: 'RunInconsistent' });
      }
      expect((await seen('changed'))?.files).toEqual(files);
    });

    it('partitions new days by other keys, beside the days of before', async () => {
      const before = await day('rekeyed', ['A', null], 1, '2026-03-08');
      await catalog.publishDay(before);
      const after = await day('rekeyed', ['B'], 1);
      after.partitionKeys = KEYS.with(3, { name: 'id', type: 'string' });
      after.columns = [COLUMNS[1]!, { name: 'product', type: 'string' }];
      after.partitions = after.partitions.map(({ values: { product, ...values }, ...partition }) => ({
        ...partition,
        values: { ...values, id: product! },
      }));
      await catalog.publishDay(after);
      const { metadata, manifests, files } = (await seen('rekeyed'))!;
      expect(files).toEqual(filesOf(before, after));
      expect(
        metadata['partition-specs'].map(({ fields }) =>
          fields.map((field) => `${field['field-id']} ${field.name} of ${field['source-id']}`),
        ),
      ).toEqual([
        ['1000 year of 3', '1001 month of 4', '1002 day of 5', '1003 product of 6'],
        ['1000 year of 3', '1001 month of 4', '1002 day of 5', '1004 id of 1'],
      ]);
      expect(metadata).toMatchObject({ 'default-spec-id': 1, 'last-partition-id': 1004 });
      expect(manifests.map(({ partition_spec_id: spec }) => spec).sort()).toEqual([0, 1]);
      expect(await catalog.tableOf('rekeyed')).toEqual({
        columns: [COLUMNS[1]!, { name: 'product', type: 'string', isPartlyInFolders: true }],
        partitionKeys: after.partitionKeys,
      });
      const byLocation = (list: DayPublication['partitions']) =>
        list.toSorted((a, b) => (a.location < b.location ? -1 : 1));
      for (const one of [before, after]) {
        const shown = await catalog.shownDay('rekeyed', one.businessDate);
        expect(byLocation(shown?.partitions ?? [])).toEqual(byLocation(one.partitions));
      }
      expect(await catalog.differences('rekeyed', [before, after])).toEqual([]);
      // A day of both: a file of each.
      const both = { ...(await day('rekeyed', ['A'], 2)), columns: after.columns };
      both.partitionKeys = after.partitionKeys;
      both.partitions.push(...after.partitions);
      await catalog.publishDay(both);
      const last = (await seen('rekeyed'))!;
      expect(last.files).toEqual(filesOf(before, both));
      expect(last.manifests.map(({ partition_spec_id: spec }) => spec).sort()).toEqual([0, 0, 1]);
      expect(last.metadata['partition-specs']).toHaveLength(2);
    });

    it('is written again from the commits, whatever is lost of it', async () => {
      const days = await Promise.all(
        ['07', '08', '09'].map((date) => day('lost', ['A', 'B'], 1, `2026-03-${date}`)),
      );
      for (const one of days) await catalog.publishDay(one);
      const whole = (await seen('lost'))!;
      const listed = whole.snapshot?.['manifest-list'] ?? '';
      await opened.store.delete([listed.slice('s3://published/'.length)]);
      const { client, store } = opened;
      const now = () => new Date('2026-03-11T06:00:00Z');
      const another = createGlueCatalog({ client, database: 'lake', bucket: BUCKET, store, now });
      await expect(another.publishDay(await day('lost', ['C'], 2))).rejects.toMatchObject({
        name: 'ObjectDamaged',
      });
      expect(await another.differences('lost', days)).toMatchObject([{ kind: 'unreadable' }]);
      await another.restore('lost', days);
      expect((await seen('lost'))?.files).toEqual(whole.files);
      expect(await another.differences('lost', days)).toEqual([]);
    });
  });
}
