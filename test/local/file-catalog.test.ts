import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { storedCatalog } from '../../local/adapters/read-catalog.ts';
import { dayPartition, dayPath } from '../../shared/keys/business-date.ts';
import type { Catalog, CatalogFile, CatalogPartition, DayPublication } from '../../shared/ports/catalog.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

const COLUMNS = [
  { name: 'id_contrato', type: 'string' },
  { name: 'valor_contrato', type: 'decimal(15,2)' },
];
const PARTITION_KEYS = ['year', 'month', 'day', 'tipo_produto'].map((name) => ({ name, type: 'string' }));

function partition(businessDate: string, commit: number, tipo_produto: string): CatalogPartition {
  const generation = `gen=${String(commit).padStart(5, '0')}`;
  const location = `contracts/${dayPath(businessDate)}/tipo_produto=${tipo_produto}/${generation}/`;
  return {
    values: { ...dayPartition(businessDate), tipo_produto },
    location,
    files: [`${location}a.snappy.parquet`],
  };
}

function publication(
  businessDate: string,
  commit: number,
  products: string[],
  changes: Partial<DayPublication> = {},
): DayPublication {
  return {
    dataset: 'contracts',
    columns: COLUMNS,
    partitionKeys: PARTITION_KEYS,
    businessDate,
    commit,
    partitions: products.map((product) => partition(businessDate, commit, product)),
    ...changes,
  };
}

async function published(store: ObjectStore): Promise<CatalogFile> {
  const stored = await store.get('catalog/contracts.json');
  return storedCatalog(stored!.bytes, 'catalog/contracts.json');
}

const locations = (file: CatalogFile) => file.partitions.map(({ location }) => location);

describe('the catalog of one machine', () => {
  let store: MemoryObjectStore;
  let catalog: Catalog;
  beforeEach(() => {
    store = new MemoryObjectStore();
    catalog = createFileCatalog(store);
  });

  test('holds what was published, partitions in order of location', async () => {
    expect(await catalog.publishDay(publication('2025-08-12', 1, ['VEICULO', 'CONSIGNADO']))).toBe(true);
    expect(await published(store)).toEqual({
      dataset: 'contracts',
      columns: COLUMNS,
      partitionKeys: PARTITION_KEYS,
      days: { '2025-08-12': 1 },
      partitions: [partition('2025-08-12', 1, 'CONSIGNADO'), partition('2025-08-12', 1, 'VEICULO')],
    });
  });

  test('a later commit replaces the partitions of its day, and of its day only', async () => {
    await catalog.publishDay(publication('2025-08-12', 1, ['A', 'B']));
    await catalog.publishDay(publication('2025-08-13', 1, ['A']));
    // The same day of another month and year must not be taken for it.
    await catalog.publishDay(publication('2025-07-12', 1, ['A']));
    await catalog.publishDay(publication('2024-08-12', 1, ['A']));
    expect(await catalog.publishDay(publication('2025-08-12', 3, ['B']))).toBe(true);
    const file = await published(store);
    expect(locations(file)).toEqual([
      partition('2024-08-12', 1, 'A').location,
      partition('2025-07-12', 1, 'A').location,
      partition('2025-08-12', 3, 'B').location,
      partition('2025-08-13', 1, 'A').location,
    ]);
    expect(file.days).toEqual({ '2024-08-12': 1, '2025-07-12': 1, '2025-08-12': 3, '2025-08-13': 1 });
  });

  test('a day without partitions is published empty', async () => {
    await catalog.publishDay(publication('2025-08-12', 1, ['A']));
    await catalog.publishDay(publication('2025-08-12', 2, []));
    expect(await published(store)).toMatchObject({ days: { '2025-08-12': 2 }, partitions: [] });
  });

  test('what a process knows of it does not hide what another wrote, nor damage', async () => {
    const other = createFileCatalog(store);
    await catalog.publishDay(publication('2025-08-12', 1, ['A']));
    await other.publishDay(publication('2025-08-13', 1, ['B']));
    await catalog.publishDay(publication('2025-08-14', 1, ['C']));
    await other.publishDay(publication('2025-08-12', 2, ['D']));
    expect((await catalog.shownDay('contracts', '2025-08-12'))?.commit).toBe(2);
    expect((await published(store)).days).toEqual({ '2025-08-12': 2, '2025-08-13': 1, '2025-08-14': 1 });
    const { bytes } = (await store.get('catalog/contracts.json'))!;
    bytes[bytes.length >> 1]! ^= 2;
    await store.put('catalog/contracts.json', bytes);
    const next = publication('2025-08-15', 1, ['E']);
    await expect(catalog.publishDay(next)).rejects.toMatchObject({ name: 'ObjectDamaged' });
  });

  test('refuses a lower commit, and changes nothing the second time', async () => {
    await catalog.publishDay(publication('2025-08-12', 2, ['A']));
    const { tag } = (await store.get('catalog/contracts.json'))!;
    expect(await catalog.publishDay(publication('2025-08-12', 1, ['B']))).toBe(false);
    expect(await catalog.publishDay(publication('2025-08-12', 2, ['A']))).toBe(true);
    expect((await store.get('catalog/contracts.json'))!.tag).toBe(tag);
  });

  test('a new column follows those that are there; one that is gone stays', async () => {
    await catalog.publishDay(publication('2025-08-12', 1, ['A']));
    const columns = [{ name: 'status', type: 'string' }, COLUMNS[1]!];
    await catalog.publishDay(publication('2025-08-13', 1, ['A'], { columns }));
    expect((await published(store)).columns).toEqual([...COLUMNS, { name: 'status', type: 'string' }]);
  });

  test('a column becomes as wide as the widest of its days, and stays it', async () => {
    const withType = (type: string, mixed = false) => ({
      columns: [COLUMNS[0]!, { name: 'valor_contrato', type, ...(mixed ? { hasNarrowerFiles: true } : {}) }],
    });
    expect(await catalog.tableOf('contracts')).toBeUndefined();
    for (const [day, type, then] of [
      ['12', 'bigint', 'bigint'],
      ['13', 'decimal(21,2)', 'decimal(21,2)'],
      ['14', 'decimal(15,1)', 'decimal(21,2)'],
      ['15', 'bigint', 'decimal(21,2)'],
      ['16', 'decimal(38,2)', 'decimal(38,2)'],
    ] as const) {
      await catalog.publishDay(publication(`2025-08-${day}`, 1, ['A'], withType(type)));
      expect(await catalog.tableOf('contracts')).toEqual({
        ...withType(then, then !== 'bigint'),
        partitionKeys: PARTITION_KEYS,
      });
    }
  });

  test('a column of another type is an error that says what to do', async () => {
    await catalog.publishDay(publication('2025-08-12', 1, ['A']));
    const before = await published(store);
    const columns = [COLUMNS[0]!, { name: 'valor_contrato', type: 'bigint' }];
    await expect(catalog.publishDay(publication('2025-08-13', 1, ['A'], { columns }))).rejects.toMatchObject({
      name: 'RunInconsistent',
      where: 'catalog/contracts.json',
      why: expect.stringMatching(/valor_contrato.*decimal\(15,2\).*bigint/),
      next: expect.stringMatching(/another name/),
    });
    expect(await published(store)).toEqual(before);
  });

  test('rereads when somebody else wrote in between, and keeps what they wrote', async () => {
    const other = createFileCatalog(store);
    for (const operation of ['putOnce', 'putIf'] as const) {
      const month = operation === 'putOnce' ? '08' : '09';
      let interrupted = false;
      store.beforeCall = async (called) => {
        if (called !== operation || interrupted) return;
        interrupted = true;
        await other.publishDay(publication(`2025-${month}-01`, 1, ['A']));
      };
      await catalog.publishDay(publication(`2025-${month}-02`, 1, ['A']));
      expect(interrupted).toBe(true);
    }
    expect(Object.keys((await published(store)).days).sort()).toEqual([
      '2025-08-01',
      '2025-08-02',
      '2025-09-01',
      '2025-09-02',
    ]);
  });

  test('fails with the error of the store', async () => {
    store.beforeCall = (called) => {
      if (called === 'putOnce') throw Object.assign(new Error('no space'), { name: 'OutputUnwritable' });
    };
    await expect(catalog.publishDay(publication('2025-08-12', 1, ['A']))).rejects.toThrow('no space');
    expect(store.calls.putOnce).toBe(1);
  });
});

describe('days that finish together, over a directory', () => {
  let rootDir: string;
  beforeEach(async () => {
    rootDir = await mkdtemp(join(tmpdir(), 'catalog-'));
  });
  afterEach(() => rm(rootDir, { recursive: true, force: true }));

  test('twenty at once: all are there', async () => {
    const store = createFileObjectStore({ rootDir });
    const dates = Array.from({ length: 20 }, (_, index) => `2025-08-${String(index + 1).padStart(2, '0')}`);
    const outcomes = await Promise.all(
      dates.map((date) => createFileCatalog(store).publishDay(publication(date, 1, ['A', 'B']))),
    );
    expect(outcomes).toEqual(dates.map(() => true));
    const file = await published(store);
    expect(Object.keys(file.days).sort()).toEqual(dates);
    expect(locations(file)).toEqual(
      dates.flatMap((date) => ['A', 'B'].map((product) => partition(date, 1, product).location)),
    );
  });

  test('commits of one day at once: the highest stays, whichever is written last', async () => {
    const store = createFileObjectStore({ rootDir });
    const commits = [3, 1, 5, 2, 4];
    await Promise.all(
      commits.map((commit) =>
        createFileCatalog(store).publishDay(publication('2025-08-12', commit, [`N${commit}`])),
      ),
    );
    const file = await published(store);
    expect(file.days).toEqual({ '2025-08-12': 5 });
    expect(locations(file)).toEqual([partition('2025-08-12', 5, 'N5').location]);
  });
});
