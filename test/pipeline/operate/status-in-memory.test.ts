import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { takeDayManifest } from '../../../shared/pipeline/operate/take-day-manifest.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { sealedBytes } from '../../../shared/pipeline/store/sealed-json.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { dayManifest, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, KEY } from '../../support/small-day.ts';

const bytes = smallFile(smallLine('A1', 1), smallLine('A2', 'X'));
const other = smallFile(smallLine('B1', 2));
const statusOf = (lake: MemoryLake, options = {}) => dayStatus(lake.ports, 'small', DATE, options);

/** How often a status asks what readers have of a table. */
async function tablesAsked(lake: MemoryLake): Promise<number> {
  const { catalog } = lake.ports;
  let asked = 0;
  const tableOf: typeof catalog.tableOf = (dataset) => {
    asked++;
    return catalog.tableOf(dataset);
  };
  lake.ports.catalog = Object.assign(Object.create(catalog), { tableOf });
  await statusOf(lake);
  lake.ports.catalog = catalog;
  return asked;
}

describe('the status of a day', () => {
  it('compares tables only if something is loaded that readers may not get', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, bytes);
    expect(await tablesAsked(lake)).toBe(0);
    lake.ports.settings.expectedFiles = 3;
    await lake.load('g_20250812.txt', other);
    expect(await tablesAsked(lake)).toBeGreaterThan(0);
    lake.ports.settings.expectedFiles = 2;
    const { catalog } = lake.ports;
    const refuse = { publishDay: () => Promise.reject(new Error('no catalog')) };
    lake.ports.catalog = Object.assign(Object.create(catalog), refuse);
    const last = { layout: smallLayout(), sourceKey: 'g_20250812.txt', force: true };
    await expect(lake.convert(last)).rejects.toThrow('no catalog');
    lake.ports.catalog = catalog;
    expect(await tablesAsked(lake)).toBeGreaterThan(0);
  });

  it('says what does not fit the table of a day that waits for nothing else', async () => {
    const lake = new MemoryLake();
    lake.ports.settings.publishedLater = 'the end of the night';
    await lake.load(KEY, bytes);
    delete lake.ports.settings.publishedLater;
    const fields = JSON.parse(smallLayout()).fields.map((field: { name: string }) =>
      field.name === 'id' ? { ...field, type: 'integer' } : field,
    );
    const layout = smallLayout({ fields });
    await lake.load('f_20250811.txt', smallFile(smallLine('1', 1)), { layout });
    expect((await statusOf(lake)).waitingFor).toBe(
      'small: column id is bigint there and string in the layout',
    );
  });

  it('gives no reason of an earlier try for a file that is converted again', async () => {
    const lake = new MemoryLake();
    const result = await lake.load(KEY, Buffer.alloc(0));
    const entry = await lake.entry(result);
    const failure = { name: 'TypeError', message: 'a defect', cause: '' };
    for (const state of ['parsing', 'loaded'] as const) {
      const again = { ...entry, state, failure };
      lake.lake.replace(result.ledgerKey, sealedBytes(result.ledgerKey, again));
      const [line] = (await statusOf(lake)).files;
      expect([line?.reason, line?.refusalCode]).toEqual([undefined, undefined]);
    }
  });

  it('names the commit that readers see, and the one that they do not see yet', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, bytes);
    await lake.load(KEY, other);
    const { catalog } = lake.ports;
    const refuse = { publishDay: () => Promise.reject(new Error('no catalog')) };
    lake.ports.catalog = Object.assign(Object.create(catalog), refuse);
    await expect(lake.load(KEY, bytes, { force: true })).rejects.toThrow('no catalog');
    const { published, pending } = await statusOf(lake);
    expect([published?.commit, pending?.commit]).toEqual([2, 3]);
  });

  it('goes on without a commit that cannot be read, and says so', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, bytes);
    expect(await statusOf(lake)).not.toHaveProperty('damaged');
    const [commit = ''] = lake.keys('ledger/small/year=2025/month=08/day=12/_day/');
    lake.lake.replace(commit, Buffer.from('{'));
    const { damaged, published, counts } = await statusOf(lake);
    expect(damaged?.map(({ key }) => key)).toContain(commit);
    expect([published, counts.loaded]).toEqual([null, 1]);
    expect(await tablesAsked(lake)).toBe(0);
  });

  it('fails with what the store fails with', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, bytes);
    lake.lake.beforeCall = (operation, key) => {
      if (operation === 'get' && key.includes('/_day/')) throw new Error('no disk');
    };
    await expect(statusOf(lake)).rejects.toThrow('no disk');
  });

  it('counts the objects and bytes of a file, and gives the reason of one that is refused or failed', async () => {
    const lake = new MemoryLake();
    const { loaded } = await lake.entry(await lake.load(KEY, bytes));
    const outputs = [...(loaded?.outputs ?? []), ...(loaded?.rejectOutputs ?? [])];
    const sum = outputs.reduce((total, output) => total + output.bytes, 0);
    await lake.load('empty_20250812.txt', Buffer.alloc(0));
    const key = 'failed_20250812.txt';
    const result = await lake.load(key, other);
    const entry = await lake.entry(result);
    const failed = {
      ...entry,
      ...{ state: 'failed', loaded: undefined, failure: { name: 'Broken', message: 'it broke' } },
    };
    lake.lake.replace(result.ledgerKey, sealedBytes(result.ledgerKey, failed));
    const lines = new Map((await statusOf(lake)).files.map((line) => [line.name, line]));
    expect(lines.get(KEY)).toMatchObject({ outputs: { objects: 2, bytes: sum }, reason: undefined });
    expect(lines.get('empty_20250812.txt')?.reason).toContain('is empty');
    expect(lines.get(key)?.reason).toBe('it broke');
  });

  it('calls a file stalled once its lease has run out, and not before', async () => {
    const lake = new MemoryLake();
    lake.raw.replace(KEY, bytes);
    await splitFile(lake.ports, 'lost', { layout: smallLayout(), sourceKey: KEY });
    const lineOf = async () => (await statusOf(lake)).files[0]?.status;
    expect(await lineOf()).toBe('running');
    lake.now = new Date(lake.now.getTime() + 24 * 3_600_000);
    expect(await lineOf()).toBe('stalled');
    await lake.load('g_20250812.txt', other);
    const { files } = await statusOf(lake);
    expect(files.find(({ name }) => name.startsWith('g_'))?.status).toBe('loaded');
  });

  it('reads every version of an entry before it answers; one that cannot be read is a warning', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, bytes);
    await lake.load(KEY, other);
    lake.lake.beforeCall = async () => void (await setImmediate());
    const { versions = [], warnings } = (await statusOf(lake, { versions: true })).files[0]!;
    expect(versions.length).toBeGreaterThan(1);
    expect(warnings).toBeUndefined();
    const [history = ''] = lake.keys('ledger/small/').filter((key) => key.includes('_history/'));
    lake.lake.replace(history, Buffer.from('{'));
    const damaged = (await statusOf(lake, { versions: true })).files[0]!;
    expect(damaged.versions).toHaveLength(versions.length - 1);
    expect(damaged.warnings).toHaveLength(1);
  });
});

describe('a day manifest that comes late', () => {
  it('is not taken for another day', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, bytes);
    const take = (businessDate: string) =>
      takeDayManifest(
        lake.lake,
        'small',
        DATE,
        'day.json',
        dayManifest([{ name: KEY }], { businessDate }).toString(),
      );
    expect(await take('2025-08-13')).toEqual(['it is for 2025-08-13']);
    expect((await statusOf(lake)).expectation).not.toHaveProperty('manifest.key', 'day.json');
    expect(await take(DATE)).toEqual([]);
  });
});
