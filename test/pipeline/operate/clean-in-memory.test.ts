import { describe, expect, it } from 'vitest';
import type { DayCommit } from '../../../shared/day/day-commit.ts';
import { tableOwnerKey } from '../../../shared/keys/lake-keys.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import type { CleanOptions } from '../../../shared/pipeline/operate/removals.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { sealedBytes } from '../../../shared/pipeline/store/sealed-json.ts';
import type { Catalog } from '../../../shared/ports/catalog.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';
import { DAY, KEY } from '../../support/small-day.ts';

const LEDGER = 'ledger/small/year=2025/month=08/day=12/';
const FOLDER = 'year=2025/month=08/day=12/product=A';
const HOLDS = `${LEDGER}_holds/folders.json`;
/** Only generations are old enough. */
const GENERATIONS = { runsOlderThanMs: 1e12, generationsOlderThanMs: 0, dryRun: false };

/** A file that was replaced: generation 1 is old, 2 is what readers see. */
async function replacedFile(hasDaysTable = false): Promise<MemoryLake> {
  const lake = new MemoryLake();
  lake.ports.catalog = Object.assign(Object.create(lake.ports.catalog), { hasDaysTable });
  for (const cents of [1, 2]) await lake.load(KEY, smallFile(smallLine('A1', cents)));
  return lake;
}

async function cleaned(lake: MemoryLake, options: Partial<CleanOptions> = {}) {
  const report = await cleanLake(lake.ports, { ...GENERATIONS, ...options });
  await lake.writes.assertEnded();
  return report;
}

const generations = (lake: MemoryLake, table = 'small') =>
  lake.keys(`processed/${table}/`).map((key) => Number(/gen=(\d+)/.exec(key)?.[1]));
const documentOf = (lake: MemoryLake, key: string) =>
  JSON.parse(Buffer.from(lake.lake.bytesOf(key)).toString());

function write(lake: MemoryLake, key: string, document: object): void {
  lake.lake.replace(key, sealedBytes(key, document));
}

/** Does something when the note of what is being removed is written for the first time. */
function whenLeaving(lake: MemoryLake, act: () => void): void {
  const { beforeCall } = lake.lake;
  let isDone = false;
  lake.lake.beforeCall = (operation, key) => {
    if (key === HOLDS && /^put/.test(operation) && !isDone) {
      isDone = true;
      act();
    }
    return beforeCall?.(operation, key);
  };
}

describe('the generations of a day', () => {
  it('that were replaced are removed, and nothing is noted any more then', async () => {
    const lake = await replacedFile();
    const { removed } = await cleaned(lake);
    expect(removed).toMatchObject([{ what: 'generation', objects: 1 }]);
    expect(generations(lake)).toEqual([2]);
    expect(documentOf(lake, HOLDS)).toMatchObject({ holds: [], leaving: [] });
  });

  it('are looked at again if another commit is written meanwhile, which may need them', async () => {
    const lake = await replacedFile();
    const [first = ''] = lake.keys(`${LEDGER}_day/`);
    const { seal: _, ...commit } = documentOf(lake, first) as DayCommit & { seal: string };
    const stray = 'processed/small/year=2025/month=08/day=12/product=Z/gen=00001/late.parquet';
    lake.lake.replace(stray, Buffer.from('x'));
    whenLeaving(lake, () => write(lake, `${LEDGER}_day/3.json`, { ...commit, commit: 3 }));
    await cleaned(lake);
    // Commit 3 shows generation 1 again, and the ledger still has the rows of 2.
    expect(generations(lake)).toEqual([1, 2]);
    expect(lake.keys(stray)).toEqual([]);
    expect(documentOf(lake, HOLDS)).toMatchObject({ leaving: [] });
  });

  it('stay in a dry run, which writes nothing at all', async () => {
    const lake = await replacedFile();
    await lake.load('empty_20250812.txt', Buffer.alloc(0));
    lake.lake.lose('catalog/small.json');
    lake.now = new Date(lake.now.getTime() + 86_400_000);
    const before = lake.keys('').map((key) => [key, lake.lake.bytesOf(key)]);
    const { removed } = await cleaned(lake, { dryRun: true, runsOlderThanMs: 0 });
    expect(removed.map(({ what }) => what)).toContain('run');
    expect(lake.keys('').map((key) => [key, lake.lake.bytesOf(key)])).toEqual(before);
  });

  it('stay if the time is over', async () => {
    const lake = await replacedFile();
    expect(await cleaned(lake, { endsAt: lake.now })).toMatchObject({ removed: [], unfinished: true });
    expect(generations(lake)).toEqual([1, 2]);
  });

  it('stay if a snapshot has them, and metadata that none needs goes', async () => {
    const lake = await replacedFile();
    const key = 'processed/small/metadata/old.json';
    lake.lake.replace(key, Buffer.from('old'));
    const info = (await lake.lake.head(key))!;
    const retire: Catalog['retire'] = async (table) => ({
      snapshots: [],
      needed: new Map([['2025-08-12', new Set([1])]]),
      unneeded: table === 'small' ? [[info]] : [],
    });
    lake.ports.catalog = Object.assign(Object.create(lake.ports.catalog), { retire });
    const { removed, failed } = await cleaned(lake);
    expect(failed).toEqual([]);
    expect(removed.map(({ what }) => what)).toEqual(['snapshot']);
    expect(lake.keys(key)).toEqual([]);
    expect(generations(lake)).toEqual([1, 2]);
  });

  it('take their rows in the table of days along, if there is one; a dataset of that name is left alone', async () => {
    const lake = await replacedFile(true);
    expect(generations(lake, 'small_days')).toEqual([1, 2]);
    await cleaned(lake);
    expect(generations(lake, 'small_days')).toEqual([2]);
    const other = await replacedFile();
    other.lake.replace(`processed/small_days/${FOLDER}/gen=00001/x.parquet`, Buffer.from('x'));
    await cleaned(other);
    expect(generations(other, 'small_days')).toEqual([1]);
  });

  it('of a table that only an earlier commit has are removed too', async () => {
    const lake = await replacedFile();
    const [first = ''] = lake.keys(`${LEDGER}_day/`);
    const { seal: _, ...commit } = documentOf(lake, first) as DayCommit & { seal: string };
    const [table] = commit.tables;
    write(lake, first, { ...commit, tables: [...commit.tables, { ...table, dataset: 'other' }] });
    lake.lake.replace(`processed/other/${FOLDER}/gen=00001/x.parquet`, Buffer.from('x'));
    await cleaned(lake);
    expect(generations(lake, 'other')).toEqual([]);
  });

  it('that a rollback copied rows from are removed: they stand in its own', async () => {
    const lake = await replacedFile();
    await rollBack(lake.ports, { ...DAY, reason: 'wrong' });
    await cleaned(lake);
    expect(generations(lake)).toEqual([3]);
  });

  it('that no commit names are removed up to the last commit, but for those of one that cannot be read', async () => {
    const lake = await replacedFile();
    const stray = (generation: string, product: string) =>
      `processed/small/year=2025/month=08/day=12/product=${product}/gen=${generation}/late.parquet`;
    for (const generation of ['00001', '00002', '00003'])
      lake.lake.replace(stray(generation, 'Z'), Buffer.from('x'));
    // Beside what readers see, nobody knows what it is.
    lake.lake.replace(stray('00002', 'A'), Buffer.from('x'));
    await cleaned(lake);
    expect(lake.keys('processed/small/').filter((key) => key.endsWith('late.parquet'))).toEqual([
      stray('00002', 'A'),
      stray('00003', 'Z'),
    ]);
    const damaged = await replacedFile();
    const [first = ''] = damaged.keys(`${LEDGER}_day/`);
    damaged.lake.replace(first, Buffer.from('{'));
    await cleaned(damaged);
    expect(generations(damaged)).toEqual([1, 2]);
  });

  it('are looked at once if there is nothing to remove', async () => {
    const lake = await replacedFile();
    await cleaned(lake);
    const { beforeCall } = lake.lake;
    const read: string[] = [];
    lake.lake.beforeCall = (operation, key) => {
      if (operation === 'get' && key.includes('/_day/')) read.push(key.slice(`${LEDGER}_day/`.length));
      return beforeCall?.(operation, key);
    };
    expect((await cleaned(lake)).removed).toEqual([]);
    // The last one, and that there is none after it; then those before; and for the owner of each of its tables.
    expect(read).toEqual(['2.json', '3.json', '1.json', '2.json', '2.json', '2.json']);
  });
});

describe('the owner of a table', () => {
  const key = tableOwnerKey('gone');

  it('is forgotten if its layout has nothing, and only then', async () => {
    const lake = await replacedFile();
    write(lake, key, { layout: 'gone' });
    lake.lake.replace('ledger/_tables/note.txt', Buffer.from('x'));
    const standing = lake.keys('ledger/_tables/').filter((one) => one !== key);
    const bytes = lake.lake.bytesOf(key).length;
    const { removed, failed } = await cleaned(lake);
    expect(removed.filter(({ what }) => what === 'owner')).toEqual([
      { what: 'owner', key, objects: 1, bytes, why: 'layout gone has nothing published, loaded or running' },
    ]);
    expect(failed).toEqual([]);
    expect(lake.keys('ledger/_tables/')).toEqual(standing);
  });

  it('stays if the time is over, and is told if it cannot be read', async () => {
    const lake = new MemoryLake();
    write(lake, key, { layout: 'gone' });
    await cleaned(lake, { endsAt: lake.now });
    expect(lake.keys(key)).toHaveLength(1);
    lake.lake.replace(key, Buffer.from('{'));
    expect((await cleaned(lake)).failed).toMatchObject([{ key }]);
    expect(lake.keys(key)).toHaveLength(1);
  });
});
