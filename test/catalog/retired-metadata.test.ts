import { expect, it } from 'vitest';
import type { Catalog } from '../../shared/ports/catalog.ts';
import { BEFORE, beforeEachOnNewTables, DATE, type MemoryTables } from '../support/memory-tables.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-10T00:00:00Z');

let tables: MemoryTables;
let catalog: Catalog;
beforeEachOnNewTables((fresh) => {
  tables = fresh;
  catalog = fresh.catalog();
});

const atHour = (hour: number) => {
  tables.now = new Date(START + hour * HOUR);
};

/** A day of one commit, and another one that is replaced each hour from 1 on: commit n is shown at hour n. */
async function replacedHourly(times: number) {
  atHour(0);
  await catalog.publishDay(await tables.day(['A'], 1, BEFORE));
  for (let commit = 1; commit <= times; commit++) {
    atHour(commit);
    await catalog.publishDay(await tables.day(['A'], commit));
  }
  return (await catalog.snapshots('contracts')).map(({ id }) => id);
}

/** What was let go of; `hours` and `grace` are ages. Removes what nobody needs, as `clean` does, unless it only asks. */
async function retire(hours: number, grace: number, dryRun = false) {
  const replacedBy = new Date(tables.now.getTime() - hours * HOUR);
  const retired = await catalog.retire('contracts', { replacedBy, graceMs: grace * HOUR, dryRun });
  for (const { key } of dryRun ? [] : retired.unneeded.flat()) tables.store.lose(key);
  const kinds = retired.unneeded.map((step) =>
    step.map(({ key }) => /\/(day|snap|\d{5})-?.*\.(avro|json)$/.exec(key)?.[1]).sort(),
  );
  return { ...retired, kinds };
}

/** What the metadata that readers are pointed to, and that of before it, need. */
function named(): string[] {
  const { uri, metadata } = tables.seen();
  const log = metadata['metadata-log'].map((one) => one['metadata-file']);
  const files = [uri, ...log].map((one) => tables.keyOf(one));
  return files.filter((key) => tables.store.keys().includes(key));
}

it('a table that is not there has nothing to let go of', async () => {
  expect(await retire(0, 0)).toMatchObject({ snapshots: [], unneeded: [], needed: new Map() });
});

it('snapshots that were replaced by then are let go of, with what only they had, and all else stays', async () => {
  const ids = await replacedHourly(5);
  expect(ids).toHaveLength(6);
  const { uri } = tables.seen();
  const asked = await retire(2, 0, true);
  expect(tables.seen().uri).toBe(uri);
  const done = await retire(2, 0);
  // Commit 2 was replaced two hours ago, commit 3 one hour ago; what showed the other day alone was replaced by commit 1.
  expect(done.snapshots).toEqual(ids.slice(0, 3));
  expect([asked.snapshots, asked.unneeded]).toEqual([done.snapshots, done.unneeded]);
  // A millisecond later nobody is at work on the metadata of before.
  expect(done.kinds).toEqual([[], [], []]);
  tables.now = new Date(tables.now.getTime() + 1);
  const planned = await retire(2, 0, true);
  const later = await retire(2, 0);
  expect(planned).toEqual(later);
  expect(later.kinds).toEqual([['day', 'day'], ['snap', 'snap', 'snap'], []]);
  expect(later.needed).toEqual(
    new Map([
      [BEFORE, new Set([1])],
      [DATE, new Set([3, 4, 5])],
    ]),
  );
  expect(tables.seen().metadata.snapshots.map((one) => one['snapshot-id'])).toEqual(ids.slice(3));
  expect(tables.seen().files).toHaveLength(2);
  expect(await catalog.shownDay('contracts', DATE)).toMatchObject({ commit: 5 });
  for (const id of ids.slice(3)) expect(await catalog.daysOfSnapshot('contracts', id)).toBeDefined();
  const last = await retire(2, 0);
  expect([last.snapshots, last.unneeded]).toEqual([[], [[], [], []]]);
  expect(tables.seen().metadata['last-updated-ms']).toBeGreaterThan(START + 5 * HOUR);
});

it('what readers were shown within the grace time stays, and goes later', async () => {
  await replacedHourly(3);
  const all = tables.store.keys().length;
  expect((await retire(0, 10)).kinds).toEqual([[], [], []]);
  // Metadata without the old snapshots is there since a millisecond later; the reader of what was before it has an hour.
  expect(tables.seen().metadata.snapshots).toHaveLength(1);
  const shownAt = tables.seen().metadata['last-updated-ms'];
  expect(shownAt).toBe(START + 3 * HOUR + 1);
  tables.now = new Date(shownAt + HOUR - 1);
  const early = await retire(0, 1);
  expect([early.kinds, early.needed.get(DATE)]).toEqual([[[], [], []], new Set([1, 2, 3])]);
  expect(tables.store.keys()).toHaveLength(all + 1);
  // Each metadata was replaced by the one after it, however often the table changed since.
  tables.now = new Date(shownAt + HOUR / 2);
  await tables.catalog().publishDay(await tables.day(['A'], 4));
  tables.now = new Date(shownAt + HOUR);
  const late = await retire(100, 1);
  expect([late.kinds, late.needed.get(DATE)]).toEqual([
    [['day', 'day'], ['snap', 'snap', 'snap'], []],
    new Set([3, 4]),
  ]);
});

it('the list of a snapshot is read once, however many metadata files name it', async () => {
  await replacedHourly(3);
  const lists = tables.metadataKeys().filter((key) => key.includes('/snap-'));
  tables.store.bytesRead.clear();
  catalog = tables.catalog();
  await retire(100, 100);
  const current = tables.keyOf(tables.seen().snapshot!['manifest-list']);
  // That of the current one says what the table is, too.
  for (const key of lists)
    expect(tables.store.bytesRead.get(key)).toBe(
      tables.store.bytesOf(key).length * (key === current ? 2 : 1),
    );
});

it('metadata older than all that is named goes, with what it alone names', async () => {
  await replacedHourly(2);
  const [first] = named();
  const old = tables.metadataKeys().filter((key) => key.endsWith('.metadata.json'));
  expect(old).toHaveLength(3);
  // The log of the current metadata forgets its first entry: nothing names it any more.
  const { uri, metadata } = tables.seen();
  const log = metadata['metadata-log'].slice(1);
  const lostRace = 'processed/contracts/metadata/00002-00000000000000000000000000000000.metadata.json';
  tables.store.replace(lostRace, Buffer.from('{}'));
  tables.damage(uri, Buffer.from(JSON.stringify({ ...metadata, 'metadata-log': log })));
  catalog = tables.catalog();
  expect(first).toBe(tables.keyOf(uri));
  const { kinds, unneeded } = await retire(10, 0);
  expect(kinds).toEqual([[], [], ['00000']]);
  expect(unneeded[2]?.map(({ key }) => key)).toEqual(old.slice(0, 1));
});
