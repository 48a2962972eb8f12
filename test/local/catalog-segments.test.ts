import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { readCatalog, storedCatalog } from '../../local/adapters/read-catalog.ts';
import { dayPartition, dayPath } from '../../shared/keys/business-date.ts';
import { verifyLake } from '../../shared/pipeline/verify/verify-lake.ts';
import type { Catalog, CatalogPartition, DayPublication } from '../../shared/ports/catalog.ts';
import { ICEBERG, shownTable } from '../support/iceberg-folder.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const MOST_DAYS = 2;
const DATES = ['2025-08-11', '2025-08-12', '2025-08-13', '2025-08-14', '2025-08-15', '2025-08-16'];
const KEY = 'catalog/t.json';

function publication(businessDate: string, commit: number, products: string[]): DayPublication {
  const partitions = products.map((product): CatalogPartition => {
    const location = `t/${dayPath(businessDate)}/p=${product}/gen=${String(commit).padStart(5, '0')}/`;
    return {
      values: { ...dayPartition(businessDate), p: product },
      location,
      files: [`${location}a.parquet`],
    };
  });
  const partitionKeys = ['year', 'month', 'day', 'p'].map((name) => ({ name, type: 'string' }));
  const columns = [{ name: 'id', type: 'string' }];
  return { dataset: 't', columns, partitionKeys, businessDate, commit, partitions };
}

const segments = (store: MemoryObjectStore) => store.keys().filter((key) => key.startsWith('catalog/t/'));

/** What readers of a process that knows nothing yet see of each day. */
async function seen(store: MemoryObjectStore, catalog: Catalog = createFileCatalog(store)) {
  return Promise.all(DATES.map((date) => catalog.shownDay('t', date)));
}

const opArbitrary = fc.record({
  publisher: fc.nat({ max: 1 }),
  day: fc.nat({ max: DATES.length - 1 }),
  /** 0 is a commit that is shown already, or a stale one. */
  ahead: fc.constantFrom(0, 1, 1, 1, 2),
  products: fc.subarray(['A', 'B', 'C']),
  restores: fc.constantFrom(false, false, false, false, true),
});

it('a catalog whose earlier days are in segments shows what one file would, whoever publishes, and stays short', async () => {
  let mostSegments = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(opArbitrary, { minLength: 4, maxLength: 20 }), async (ops) => {
      const store = new MemoryObjectStore();
      const publishers = [0, 1].map(() => createFileCatalog(store, { mostDays: MOST_DAYS }));
      const model = new Map<string, DayPublication>();
      for (const { publisher, day, ahead, products, restores } of ops) {
        const date = DATES[day]!;
        const standing = model.get(date)?.commit ?? 0;
        const wanted = publication(date, standing + ahead, products);
        if (restores) await publishers[publisher]!.restore('t', [...model.values()]);
        else if (wanted.commit > 0) {
          await publishers[publisher]!.publishDay(wanted);
          if (ahead > 0) model.set(date, wanted);
        }
        const expected = DATES.map((one) => {
          const shown = model.get(one);
          return shown && { commit: shown.commit, partitions: shown.partitions };
        });
        expect(await seen(store)).toEqual(expected);
        expect(await seen(store, publishers[0])).toEqual(expected);
      }
      expect(await createFileCatalog(store).differences('t', [...model.values()])).toEqual([]);
      const last = await store.get(KEY);
      mostSegments = Math.max(mostSegments, segments(store).length);
      // After a restore all days are listed until the next publication.
      if (last && !ops.some(({ restores }) => restores)) {
        const { partitions } = storedCatalog(last.bytes, KEY);
        expect(new Set(partitions.map(({ values }) => values.day)).size).toBeLessThanOrEqual(MOST_DAYS);
      }
    }),
    { numRuns: 100 },
  );
  expect(mostSegments).toBeGreaterThan(2);
});

it('a segment that is lost, cut off, altered or another one is named, and the table is written again from the commits', async () => {
  const days = DATES.map((date) => publication(date, 1, ['A', 'B']));
  const make = async () => {
    const store = new MemoryObjectStore();
    const catalog = createFileCatalog(store, { mostDays: MOST_DAYS });
    for (const day of days) await catalog.publishDay(day);
    return store;
  };
  const [first, second] = segments(await make());
  const { bytes } = (await (await make()).get(first!))!;
  const flipped = Buffer.from(bytes);
  flipped[40]! ^= 1;
  for (const [what, damage] of [
    ['missing', async (store: MemoryObjectStore) => store.delete([first!])],
    ['cut off', async (store: MemoryObjectStore) => store.put(first!, bytes.subarray(0, 50))],
    ['altered', async (store: MemoryObjectStore) => store.put(first!, flipped)],
    ['another', async (store: MemoryObjectStore) => store.copy(second!, first!)],
  ] as const) {
    const store = await make();
    await damage(store);
    const catalog = createFileCatalog(store, { mostDays: MOST_DAYS });
    await expect(catalog.shownDay('t', DATES[0]!), what).rejects.toMatchObject({
      name: 'ObjectDamaged',
      where: first,
    });
    expect(await catalog.differences('t', days), what).toEqual([
      { kind: 'unreadable', what: expect.stringContaining(`its segment ${first}: `) },
    ]);
    // What is published meanwhile does not need it.
    expect(await catalog.publishDay(publication(DATES[5]!, 2, ['C']))).toBe(true);
    await catalog.restore('t', days.slice(0, 5));
    expect((await catalog.shownDay('t', DATES[0]!))?.partitions, what).toEqual(days[0]!.partitions);
    // What the file lists itself is not lost with a segment.
    expect((await catalog.shownDay('t', DATES[5]!))?.commit, what).toBe(2);
    const now = [...days.slice(0, 5), publication(DATES[5]!, 2, ['C'])];
    expect(await createFileCatalog(store).differences('t', now), what).toEqual([]);
  }
});

it('readers of a folder see the days of all segments, in the order of one file', async () => {
  await using lake = await TestLake.make('on disk');
  const rootDir = join(lake.dir, 'lake');
  const store = createFileObjectStore({ rootDir });
  const catalog = createFileCatalog(store, { mostDays: MOST_DAYS });
  for (const date of DATES.toReversed()) await catalog.publishDay(publication(date, 1, ['B', 'A']));
  const [read] = await readCatalog(rootDir, async (_, step) => step());
  const whole = createFileObjectStore({ rootDir: join(lake.dir, 'other') });
  const one = createFileCatalog(whole);
  for (const date of DATES) await one.publishDay(publication(date, 1, ['B', 'A']));
  const [expected] = await readCatalog(join(lake.dir, 'other'), async (_, step) => step());
  expect(read?.partitions).toEqual(expected?.partitions);
  expect(read?.days).toEqual(expected?.days);
});

it('other programs are shown every day, and verify finds nothing', async () => {
  await using lake = await TestLake.make();
  const store = lake.ports.lake as MemoryObjectStore;
  const again = () =>
    createFileCatalog(store, {
      iceberg: { ...ICEBERG, now: () => new Date('2025-08-13T06:00:00Z') },
      mostDays: MOST_DAYS,
    });
  for (const [index, date] of [...DATES, DATES[1]!, DATES[4]!].entries()) {
    // A process of its own knows nothing of the segments.
    Object.assign(lake.ports, { catalog: again() });
    const name = `f_${date.replaceAll('-', '')}.txt`;
    await lake.putRaw(name, smallFile(smallLine(`${index}`, index + 1, 'A'), smallLine('b', index, 'B')));
    await lake.convert({ sourceKey: name, layout: smallLayout() });
  }
  const shown = (await shownTable(store, 'small'))!;
  expect(shown.files).toHaveLength(2 * DATES.length);
  expect(shown.manifests).toHaveLength(DATES.length);
  expect(await again().differences('small', [])).toHaveLength(DATES.length);
  const { findings } = await verifyLake({ ...lake.ports, catalog: again() }, { depth: 'full' });
  expect(findings.filter(({ level }) => level === 'damage')).toEqual([]);
});
