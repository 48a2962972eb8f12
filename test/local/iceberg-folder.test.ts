import { expect, it } from 'vitest';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import type { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { addDays, dayPartition } from '../../shared/keys/business-date.ts';
import { checkReaders } from '../../shared/pipeline/verify/check-readers.ts';
import { repairLake } from '../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../shared/pipeline/verify/verify-lake.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { ICEBERG, lakeWithIceberg, shownTable } from '../support/iceberg-folder.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const now = () => new Date('2025-08-13T06:00:00Z');

async function load(
  lake: TestLake,
  name: string,
  products: string[],
  changes: { layout?: string; force?: boolean } = {},
) {
  await lake.putRaw(
    name,
    smallFile(
      ...products.map((product, row) =>
        smallLine(`${row}`, (Number(/\d+/.exec(name)) % 10_000) + row, product),
      ),
    ),
  );
  await lake.convert({
    sourceKey: name,
    layout: changes.layout ?? smallLayout(),
    force: changes.force ?? false,
  });
}

/** The files of the catalog, which our own query reads. */
const catalogFiles = ({ partitions }: CatalogFile) =>
  partitions.flatMap(({ files }) => files.map((file) => `processed/${file}`)).sort();

it('shows each commit as a snapshot with the files of the catalog, and one manifest a day', async () => {
  await using lake = await lakeWithIceberg();
  await load(lake, 'a_20250812.txt', ['A', 'B']);
  const first = (await shownTable(lake.ports.lake, 'small'))!;
  await load(lake, 'b_20250812.txt', ['B']);
  await load(lake, 'a_20250813.txt', ['A', '']);
  const last = (await shownTable(lake.ports.lake, 'small'))!;
  expect(last.files).toEqual(catalogFiles((await lake.catalog('small'))!));
  expect(last.manifests).toHaveLength(2);
  expect(last.metadata.snapshots.map(({ summary }) => [summary['business-date'], summary.commit])).toEqual([
    ['2025-08-12', '1'],
    ['2025-08-12', '2'],
    ['2025-08-13', '1'],
  ]);
  expect(last.snapshot?.summary).toMatchObject({
    operation: 'append',
    'added-records': '2',
    'total-records': '5',
  });
  expect(last.metadata['snapshot-log']).toHaveLength(3);
  // A reader of the past finds its files still.
  expect((await shownTable(lake.ports.lake, 'small', first.snapshot?.['snapshot-id']))?.files).toEqual(
    first.files,
  );
  const blank = last.entries.find(({ file }) => file.partition.product === null);
  expect(blank?.file).toMatchObject({ recordCount: 1, partition: { year: '2025', month: '08', day: '13' } });
});

it('gives the manifest of a commit that is shown again another name: clean may be about to remove the first one', async () => {
  await using lake = await lakeWithIceberg();
  const { lake: store, catalog } = lake.ports;
  await load(lake, 'a_20250812.txt', ['A']);
  const older = (await store.get('catalog/small.json'))!;
  await load(lake, 'a_20250813.txt', ['A']);
  const newer = (await store.get('catalog/small.json'))!;
  const paths = async () => (await shownTable(store, 'small'))!.manifests.map((one) => one.manifest_path);
  const before = await paths();
  for (const { bytes } of [older, newer]) {
    await store.put('catalog/small.json', bytes);
    await catalog.show('small');
  }
  const after = await paths();
  expect(after.filter((path) => path.includes('day-2025-08-13-00001-'))).toHaveLength(1);
  expect(after.filter((path) => path.includes('day-2025-08-13'))).not.toEqual(
    before.filter((path) => path.includes('day-2025-08-13')),
  );
});

it('keeps what it knows of files that stay, and notes those that go', async () => {
  await using lake = await lakeWithIceberg();
  await load(lake, 'a_20250812.txt', ['A', 'B']);
  await load(lake, 'b_20250812.txt', ['B']);
  const store = lake.ports.lake as MemoryObjectStore;
  store.bytesRead.clear();
  await load(lake, 'b_20250812.txt', ['C'], { force: true });
  const { snapshot, entries } = (await shownTable(store, 'small'))!;
  expect(snapshot?.summary).toMatchObject({
    operation: 'overwrite',
    'added-data-files': '1',
    'deleted-data-files': '1',
  });
  const of = (status: number) => entries.filter((entry) => entry.status === status);
  expect(of(0).map(({ sequenceNumber }) => sequenceNumber)).toEqual([1, 1]);
  expect(of(1).map(({ sequenceNumber, snapshotId }) => [sequenceNumber, snapshotId])).toEqual([[null, null]]);
  expect(of(2).map(({ sequenceNumber, snapshotId }) => [sequenceNumber, snapshotId])).toEqual([
    [2, snapshot?.['snapshot-id']],
  ]);
  // Files that stay are not opened again.
  for (const { file } of of(0))
    expect(store.bytesRead.has(`processed/${file.path.slice(ICEBERG.root.length)}`)).toBe(false);
});

it('has exact counts and bounds of each column', async () => {
  await using lake = await lakeWithIceberg();
  await lake.putRaw(
    'a_20250812.txt',
    smallFile(smallLine('x', ' '.repeat(9), 'A'), smallLine('b', 300, 'A'), smallLine('c', 12, 'A')),
  );
  await lake.convert({ sourceKey: 'a_20250812.txt', layout: smallLayout() });
  const { entries, metadata } = (await shownTable(lake.ports.lake, 'small'))!;
  const ids = new Map(metadata.schemas[0]?.fields.map(({ id, name }) => [name, id]));
  const { nullCounts, lowerBounds, upperBounds, valueCounts, splitOffsets } = entries[0]!.file;
  const of = <V>(list: [number, V][], name: string) => new Map(list).get(ids.get(name)!);
  expect([of(valueCounts, 'amount'), of(nullCounts, 'amount')]).toEqual([3, 1]);
  expect([of(lowerBounds, 'amount'), of(upperBounds, 'amount')]).toEqual([
    Uint8Array.of(12),
    Uint8Array.of(1, 44),
  ]);
  expect(Buffer.from(of(upperBounds, 'id')!).toString()).toBe('x');
  expect(splitOffsets).toEqual([4]);
});

it('a day that is taken out has no manifest, and the past still shows it', async () => {
  await using lake = await lakeWithIceberg();
  await load(lake, 'a_20250812.txt', ['A']);
  const { catalog, lake: store } = lake.ports;
  const before = (await shownTable(store, 'small'))!;
  const { columns, partitionKeys } = (await lake.catalog('small'))!;
  const day = {
    dataset: 'small',
    columns,
    partitionKeys,
    businessDate: '2025-08-12',
    commit: 2,
    partitions: [],
  };
  expect(await catalog.publishDay(day)).toBe(true);
  const after = (await shownTable(store, 'small'))!;
  expect([after.files, after.snapshot?.summary.operation]).toEqual([[], 'delete']);
  expect((await shownTable(store, 'small', before.snapshot?.['snapshot-id']))?.files).toEqual(before.files);
  await load(lake, 'a_20250813.txt', ['A']);
  expect((await shownTable(store, 'small'))?.manifests).toHaveLength(1);
});

it('adopts the days of a lake that had no such metadata, and makes it anew in a lake that was moved or damaged', async () => {
  await using lake = await TestLake.make();
  await load(lake, 'a_20250812.txt', ['A', 'B']);
  await load(lake, 'a_20250813.txt', ['A']);
  const store = lake.ports.lake as MemoryObjectStore;
  lake.ports.catalog = createFileCatalog(store, { iceberg: { ...ICEBERG, now } });
  await load(lake, 'a_20250814.txt', ['A']);
  const wanted = async () => catalogFiles((await lake.catalog('small'))!);
  const adopted = (await shownTable(store, 'small'))!;
  expect(adopted.files).toEqual(await wanted());
  expect(adopted.snapshot?.summary).toMatchObject({ 'business-date': '2025-08-14', 'added-data-files': '4' });
  const lost = adopted.manifests[0]!.manifest_path;
  for (const key of [adopted.snapshot!['manifest-list'], lost])
    store.lose(`processed/${key.slice(ICEBERG.root.length)}`);
  await load(lake, 'a_20250815.txt', ['A']);
  expect((await shownTable(store, 'small'))?.files).toEqual(await wanted());
  store.replace(
    `processed/small/metadata/v${(await shownTable(store, 'small'))!.version}.metadata.json`,
    Buffer.from('{'),
  );
  await load(lake, 'a_20250816.txt', ['A']);
  expect((await shownTable(store, 'small'))?.files).toEqual(await wanted());
  store.lose('processed/small/metadata/version-hint.text');
  await load(lake, 'a_20250817.txt', ['A']);
  expect((await shownTable(store, 'small'))?.files).toEqual(await wanted());
});

it('shows the tables of a lake that was moved, or that an earlier version filled, by repair, with what it knew', async () => {
  await using lake = await TestLake.make();
  const store = lake.ports.lake as MemoryObjectStore;
  await load(lake, 'a_20250812.txt', ['A', 'B']);
  const at = (root: string) =>
    createFileCatalog(store, { iceberg: { root, publishedPrefix: 'processed/', now } });
  const whatIsWrong = async () => {
    const { findings } = await verifyLake(lake.ports, { depth: 'full' });
    return findings.map(({ level, key, what, mend }) => `${level} ${key}: ${what.split(',')[0]}; ${mend.by}`);
  };
  lake.ports.catalog = at('/old/place/');
  const noteOf = (what: (table: string) => string) =>
    ['small', 'small_rejects', 'small_days'].map(
      (table) => `note catalog/${table}.json: ${what(table)}; repair`,
    );
  expect(await whatIsWrong()).toEqual(noteOf(() => 'other programs cannot read the table yet'));
  await checkReaders(lake.ports);
  expect((await repairLake(lake.ports, { depth: 'full' })).done).toMatchObject([
    { key: 'catalog/small_days.json', did: 'show it to them' },
    { key: 'catalog/small.json', did: 'show it to them' },
    { key: 'catalog/small_rejects.json', did: 'show it to them' },
  ]);
  expect((await shownTable(store, 'small_days', undefined, '/old/place/'))?.files).toHaveLength(1);
  await load(lake, 'b_20250812.txt', ['C']);
  await load(lake, 'a_20250812.txt', ['D'], { force: true });
  const before = await statesAt(store, '/old/place/');
  lake.ports.catalog = at(ICEBERG.root);
  expect(await whatIsWrong()).toEqual(
    noteOf((table) => `other programs are told to look for the table in /old/place/${table}`),
  );
  await repairLake(lake.ports, { depth: 'quick' });
  expect((await whatIsWrong()).filter((found) => !found.includes('generation'))).toEqual([]);
  // The same snapshots have the same files, sizes and bounds, in their new place.
  const moved = await statesAt(store, ICEBERG.root);
  expect(moved).toEqual(before);
  expect(moved).toHaveLength(3);
  await load(lake, 'a_20250813.txt', ['A']);
  const { files, snapshot, metadata } = (await shownTable(store, 'small'))!;
  expect(files).toEqual(catalogFiles((await lake.catalog('small'))!));
  expect([snapshot?.['sequence-number'], metadata.snapshots.length]).toEqual([4, 4]);
  expect(JSON.stringify(metadata)).not.toContain('/old/place');
  // Of a snapshot whose list is lost only the others are left, and without the current one the table is made anew.
  const lose = (snapshot: { 'manifest-list': string }, root: string) =>
    store.lose(`processed/${snapshot['manifest-list'].slice(root.length)}`);
  lose(metadata.snapshots[1]!, ICEBERG.root);
  lake.ports.catalog = at('/third/');
  await lake.ports.catalog.show('small');
  const third = (await shownTable(store, 'small', undefined, '/third/'))!;
  expect(third.metadata.snapshots.map((one) => one['snapshot-id'])).toEqual(
    metadata.snapshots.filter((_, index) => index !== 1).map((one) => one['snapshot-id']),
  );
  expect(third.metadata['snapshot-log']).toHaveLength(2);
  lose(third.snapshot!, '/third/');
  lake.ports.catalog = at('/fourth/');
  await lake.ports.catalog.show('small');
  const fourth = (await shownTable(store, 'small', undefined, '/fourth/'))!;
  expect([fourth.files, fourth.metadata.snapshots.length]).toEqual([files, 1]);
});

/** The entries of every snapshot of the small table, whose paths begin with `root`. */
async function statesAt(store: MemoryObjectStore, root: string) {
  const { metadata } = (await shownTable(store, 'small', undefined, root))!;
  const states = [];
  for (const { 'snapshot-id': id } of metadata.snapshots) {
    const { entries, snapshot } = (await shownTable(store, 'small', id, root))!;
    expect(entries.every(({ file }) => file.path.startsWith(root))).toBe(true);
    const known = entries.map(({ file, ...entry }) => ({
      ...entry,
      file: { ...file, path: file.path.slice(root.length) },
    }));
    states.push({ id, number: snapshot?.['sequence-number'], summary: snapshot?.summary, known });
  }
  return states;
}

it('fifty publishers at once go on from each other, and one that died is completed by the next', async () => {
  await using lake = await lakeWithIceberg();
  const store = lake.ports.lake as MemoryObjectStore;
  await load(lake, 'a_20250801.txt', ['A']);
  const { columns, partitionKeys, partitions } = (await lake.catalog('small'))!;
  const publications = Array.from({ length: 50 }, (_, index) => {
    const businessDate = addDays('2025-09-01', index);
    const values = { ...partitions[0]!.values, ...dayPartition(businessDate) };
    return {
      dataset: 'small',
      columns,
      partitionKeys,
      businessDate,
      commit: 1,
      partitions: [{ ...partitions[0]!, values }],
    };
  });
  const of = () => createFileCatalog(store, { iceberg: { ...ICEBERG, now } });
  await Promise.all(publications.map((day) => of().publishDay(day)));
  const shown = (await shownTable(store, 'small'))!;
  expect(shown.manifests).toHaveLength(51);
  expect(shown.version).toBe(shown.metadata['last-sequence-number']);
  // The catalog is switched, and then each write fails in turn.
  for (let failing = 1, failures = 1; failures > 0; failing++) {
    let writes = 0;
    failures = 0;
    store.beforeCall = (operation) => {
      if (!operation.startsWith('put') || ++writes !== failing) return;
      failures++;
      throw new Error('no more');
    };
    const day = { ...publications[0]!, commit: failing + 1 };
    await of()
      .publishDay(day)
      .catch(() => undefined);
    delete store.beforeCall;
    const seen = (await shownTable(store, 'small'))!;
    expect(seen.files).toHaveLength(51);
    await of().publishDay(day);
    const after = (await shownTable(store, 'small'))!;
    expect(after.snapshot?.summary.commit).toBe(String(failing + 1));
  }
});

it('leaves out a column that other programs would read wrongly', async () => {
  await using lake = await lakeWithIceberg();
  const typed = (type: string) => {
    const layout = JSON.parse(smallLayout());
    layout.fields[1] = { ...layout.fields[1], type, ...(type === 'integer' && { point: undefined }) };
    return JSON.stringify(layout);
  };
  const names = async () => {
    const { metadata } = (await shownTable(lake.ports.lake, 'small'))!;
    const schema = metadata.schemas.find((one) => one['schema-id'] === metadata['current-schema-id']);
    return schema?.fields.map(({ name, type }) => `${name} ${type}`).slice(0, 2);
  };
  await load(lake, 'a_20250812.txt', ['A'], { layout: typed('decimal(9,2)') });
  await load(lake, 'a_20250813.txt', ['A'], { layout: typed('decimal(21,2)') });
  expect(await names()).toEqual(['id string', 'amount decimal(21, 2)']);
  await load(lake, 'a_20250814.txt', ['A'], { layout: typed('integer') });
  expect(await names()).toEqual(['id string', 'year string']);
  await load(lake, 'a_20250815.txt', ['A'], { layout: typed('decimal(21,2)') });
  expect(await names()).toEqual(['id string', 'year string']);
});

it('ids stay with their names, whatever the layout has, and files that are planned at once share them', async () => {
  await using lake = await lakeWithIceberg();
  await load(lake, 'a_20250812.txt', ['A']);
  const ids = async () =>
    (await shownTable(lake.ports.lake, 'small'))!.metadata.schemas
      .at(-1)
      ?.fields.map(({ id, name }) => `${id} ${name}`);
  expect(await ids()).toEqual(['1 id', '2 amount', '3 year', '4 month', '5 day', '6 product']);
  const layout = JSON.parse(smallLayout());
  layout.fields[0].name = 'number';
  await load(lake, 'a_20250813.txt', ['A'], { layout: JSON.stringify(layout) });
  expect(await ids()).toEqual(['1 id', '2 amount', '7 number', '3 year', '4 month', '5 day', '6 product']);
});
