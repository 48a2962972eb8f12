import { describe, expect, it } from 'vitest';
import type { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { dayCommitKey } from '../../../shared/keys/lake-keys.ts';
import { parseAsOf } from '../../../shared/pipeline/operate/as-of.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { lakeAsOf } from '../../../shared/pipeline/operate/lake-as-of.ts';
import { lakeHistory } from '../../../shared/pipeline/operate/lake-history.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { applyCommit } from '../../../shared/pipeline/publish/apply-commit.ts';
import { lastCommit } from '../../../shared/pipeline/store/day-ledger.ts';
import type { CatalogFile } from '../../../shared/ports/catalog.ts';
import { lakeWithIceberg, shownTable } from '../../support/iceberg-folder.ts';
import type { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

const KEEP_ALL = { runsOlderThanMs: 1e12, generationsOlderThanMs: 1e12, dryRun: false };

/** A lake whose clock goes on by a second whenever somebody looks at it. */
async function tickingLake(): Promise<TestLake> {
  let ms = Date.parse('2025-08-13T06:00:00Z');
  return lakeWithIceberg(() => {
    ms += 1000;
    return new Date(ms);
  });
}

async function load(lake: TestLake, name: string, products: string[], layout = smallLayout()) {
  const bad = smallLine(' ', 'X');
  const lines = products.map((product, row) => smallLine(`${name[0]}${row}`, row, product));
  await lake.putRaw(name, smallFile(...lines, ...(name.startsWith('r') ? [bad] : [])));
  await lake.convert({ sourceKey: name, layout, force: true });
}

/** A layout with two tables. */
function cards(name: string): string {
  const id = { name: 'id', start: 2, end: 2, type: 'string' };
  const type = (table: string, mark: string) => {
    return { name: `${name}_${table}`, match: { start: 1, end: 1, equals: mark }, fields: [id] };
  };
  return JSON.stringify({
    name,
    encoding: 'us-ascii',
    record: { format: 'lines', length: 2 },
    recordTypes: [type('sales', 'S'), type('fees', 'F')],
  });
}

const wider = () => {
  const layout = JSON.parse(smallLayout());
  layout.fields[1].type = 'decimal(12,2)';
  return JSON.stringify(layout);
};

const STEPS: ((lake: TestLake) => Promise<unknown>)[] = [
  (lake) => load(lake, 'a_20250812.txt', ['A', 'B']),
  (lake) => load(lake, 'r_20250812.txt', ['B']),
  (lake) => load(lake, 'a_20250813.txt', ['A', '']),
  (lake) => load(lake, 'a_20250812.txt', ['C']),
  (lake) => load(lake, 'a_20250814.txt', ['A'], wider()),
  (lake) => rollBack(lake.ports, { dataset: 'small', businessDate: '2025-08-12', reason: 'x' }),
];

/** The tables of a lake without the seal of their file. */
async function tablesNow(lake: TestLake): Promise<CatalogFile[]> {
  const found = await Promise.all(['small', 'small_rejects'].map((table) => lake.catalog(table)));
  return found.flatMap((catalog) => {
    if (!catalog) return [];
    const { dataset, partitionKeys, columns, days, partitions } = catalog;
    return { dataset, partitionKeys, columns, days, partitions };
  });
}

interface Known {
  tables: CatalogFile[];
  commit: string;
  snapshot: number;
  at: string;
}

async function statesOf(lake: TestLake): Promise<Known[]> {
  const known: Known[] = [];
  for (const step of STEPS) {
    await step(lake);
    const { snapshot } = (await shownTable(lake.ports.lake, 'small'))!;
    const { 'business-date': day, commit } = snapshot!.summary;
    known.push({
      tables: await tablesNow(lake),
      commit: `${day}/${commit}`,
      snapshot: snapshot!['snapshot-id'],
      at: lake.ports.clock.now().toISOString(),
    });
  }
  return known;
}

async function expectStates(lake: TestLake, known: Known[]): Promise<void> {
  for (const { tables, commit, snapshot, at } of known) {
    for (const text of [commit, `${snapshot}`, at]) {
      const { catalogs, gone } = await lakeAsOf(lake.ports, parseAsOf(text));
      expect({ text, catalogs, gone }).toEqual({ text, catalogs: tables, gone: [] });
    }
  }
}

describe('a lake as of', () => {
  it('a commit, a snapshot or a time is what readers saw then, also when the metadata is gone', async () => {
    await using lake = await tickingLake();
    const known = await statesOf(lake);
    await expectStates(lake, known);
    const store = lake.ports.lake as MemoryObjectStore;
    for await (const { key } of store.list('processed/')) if (key.includes('/metadata/')) store.lose(key);
    expect(await lake.ports.catalog.snapshots('small')).toEqual([]);
    await expectStates(lake, known);
  });

  it('a snapshot has the days that it was shown with, and no other that was committed before it', async () => {
    await using lake = await tickingLake();
    await load(lake, 'a_20250812.txt', ['A']);
    const { catalog } = lake.ports;
    // The day is committed, and whoever publishes it is slow.
    lake.ports.catalog = { ...catalog, publishDay: async () => true };
    await load(lake, 'a_20250813.txt', ['A']);
    lake.ports.catalog = catalog;
    await load(lake, 'a_20250814.txt', ['A']);
    const { snapshot } = (await shownTable(lake.ports.lake, 'small'))!;
    await applyCommit(lake.ports, (await lastCommit(lake.ports.lake, 'small', '2025-08-13'))!);
    for (const text of ['2025-08-14/1', `${snapshot!['snapshot-id']}`]) {
      const { catalogs } = await lakeAsOf(lake.ports, parseAsOf(text));
      expect(catalogs[0]?.days).toEqual({ '2025-08-12': 1, '2025-08-14': 1 });
    }
  });

  it('a commit that two layouts have shows each as it was after its own, with tables that got no rows by it', async () => {
    await using lake = await tickingLake();
    const [first, second] = [cards('first'), cards('second')];
    const send = async (name: string, text: string, layout: string) => {
      await lake.putRaw(name, smallFile(text));
      await lake.convert({ sourceKey: name, layout });
    };
    await send('p_20250812.txt', 'S1', first);
    await send('q_20250813.txt', 'F2', first);
    await send('r_20250812.txt', 'S3', second);
    const { catalogs } = await lakeAsOf(lake.ports, parseAsOf('2025-08-12/1'));
    const shown = catalogs.map(({ dataset, days }) => [dataset, Object.keys(days)]);
    expect(shown).toContainEqual(['first_sales', ['2025-08-12']]);
    expect(shown).toContainEqual(['first_fees', ['2025-08-12']]);
    expect(shown).toContainEqual(['second_sales', ['2025-08-12']]);
  });

  it('a state that lost a file says how: removed, damaged, or moved aside by repair', async () => {
    await using lake = await tickingLake();
    await load(lake, 'a_20250812.txt', ['A']);
    const old = (await lake.catalog('small'))!.partitions[0]!.files![0]!;
    await load(lake, 'a_20250812.txt', ['B']);
    const store = lake.ports.lake as MemoryObjectStore;
    const key = `processed/${old}`;
    const bytes = store.bytesOf(key);
    const lost = async () =>
      (await lakeAsOf(lake.ports, parseAsOf('2025-08-12/1'))).gone.map((one) => one.lost);
    store.replace(key, bytes.subarray(1));
    expect(await lost()).toEqual([{ key, how: 'damaged' }]);
    store.lose(key);
    expect(await lost()).toEqual([{ key, how: 'removed' }]);
    store.replace(`damaged/${key}`, bytes.subarray(1));
    expect(await lost()).toEqual([{ key, how: 'aside' }]);
  });

  it.each([
    ['2025-08-12/9', 'there is no commit 2025-08-12/9. small has 2025-08-12/1.'],
    ['2025-08-20/1', 'there is no commit 2025-08-20/1. There are commits of 2025-08-12.'],
    ['7', /^no table here has a snapshot 7. The last ones are \d+ \(small after 2025-08-12\/1\)/],
    ['2025-08-13T05:00', /^nothing was published as of .* first commit is 2025-08-12\/1 of small, at 2025/],
    ['2025-02-30', /^--as-of '2025-02-30' names no state of a lake. Give a commit of a day/],
    ['2025-08-13T25:00', /names no state/],
  ])('%s says what there is', async (text, message) => {
    await using lake = await tickingLake();
    await load(lake, 'a_20250812.txt', ['A']);
    const asked = async () => lakeAsOf(lake.ports, parseAsOf(text));
    await expect(asked()).rejects.toThrow(message);
    await expect(asked()).rejects.toMatchObject({ name: 'UsageError' });
  });

  it('a commit that cannot be read fails, unless it was not seen', async () => {
    await using lake = await tickingLake();
    await load(lake, 'a_20250812.txt', ['A']);
    await load(lake, 'a_20250812.txt', ['B']);
    await load(lake, 'a_20250812.txt', ['C']);
    const store = lake.ports.lake as MemoryObjectStore;
    store.replace(dayCommitKey('small', '2025-08-12', 2), Buffer.from('{'));
    const { catalogs } = await lakeAsOf(lake.ports, parseAsOf('2025-08-12/1'));
    expect(catalogs[0]?.days).toEqual({ '2025-08-12': 1 });
    const [, second] = await lake.ports.catalog.snapshots('small');
    await expect(lakeAsOf(lake.ports, parseAsOf(`${second!.id}`))).rejects.toMatchObject({
      name: 'ObjectDamaged',
    });
  });
});

describe('the history of a lake', () => {
  it('says what is current, what can be read back, and what clean removed', async () => {
    await using lake = await tickingLake();
    lake.ports.settings.user = 'ana';
    await statesOf(lake);
    const { lines } = await lakeHistory(lake.ports, { businessDate: '2025-08-12' });
    expect(lines.map(({ commit, by, kind, state, rows }) => [commit, by, kind, state, rows])).toEqual([
      [1, 'ana', 'publication', 'replaced', 2],
      [2, 'ana', 'publication', 'replaced', 3],
      [3, 'ana', 'publication', 'replaced', 2],
      [4, 'ana', 'rollback', 'current', 3],
    ]);
    const { snapshot } = (await shownTable(lake.ports.lake, 'small'))!;
    expect(lines.at(-1)?.snapshots.map(({ table, isCurrent }) => [table, isCurrent])).toContainEqual([
      'small',
      true,
    ]);
    // What the ledger says now is what the snapshot was made from.
    expect(snapshot?.summary['ledger-sha256']).toBe(lines.at(-1)?.ledgerHash);
    expect(new Set(lines.map(({ ledgerHash }) => ledgerHash)).size).toBe(4);
    expect(lines.at(-1)?.snapshots[0]?.id).toBe(snapshot?.['snapshot-id']);
    // The rollback copied the files of the first version into a folder of its own.
    await cleanLake(lake.ports, { ...KEEP_ALL, generationsOlderThanMs: 0 });
    const after = await lakeHistory(lake.ports, { dataset: 'small', businessDate: '2025-08-12' });
    expect(after.lines.map(({ state }) => state)).toEqual(['expired', 'expired', 'expired', 'current']);
    const { gone } = await lakeAsOf(lake.ports, parseAsOf('2025-08-12/3'));
    expect(gone).toMatchObject([{ table: 'small', businessDate: '2025-08-12', commit: 3 }]);
    await expect(lakeHistory(lake.ports, { dataset: 'none' })).rejects.toThrow('It has small.');
  });
});
