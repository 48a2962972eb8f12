import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ConvertRequest } from '../../../shared/pipeline/split/convert-request.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readTerms } from '../../../shared/pipeline/store/kept-terms.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { checksumOf, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, KEY } from '../../support/small-day.ts';

const ONE = smallFile(smallLine('A1', 1));
/** The layout `small` with other types of its amount: a narrower one fits, a text does not. */
const typed = (type: string, changes: Record<string, unknown> = {}) => {
  const { fields } = JSON.parse(smallLayout());
  const [id, amount, product] = fields;
  const { point, ...plain } = amount;
  const other = { ...plain, type, ...(type.startsWith('decimal') && { point }) };
  return smallLayout({ fields: [id, other, product], ...changes });
};
const TEXT = typed('string');
const WAITING = { day: { expectedFiles: 9 } };

let executions = 0;
/** What the splitter says of a file, and of the layout of its day afterwards. */
async function split(lake: MemoryLake, key: string, request: Partial<ConvertRequest> = {}) {
  if (!lake.raw.keys().includes(key)) lake.raw.replace(key, ONE);
  const result = await splitFile(lake.ports, `s-${executions++}`, {
    layout: smallLayout(),
    sourceKey: key,
    ...request,
  });
  return result.verdict === 'refused' ? result.refusal.code : result.verdict;
}

const fingerprintOf = async (lake: MemoryLake, date = DATE) =>
  (await readTerms(lake.lake, 'small', date))?.layout.fingerprint;

describe('a layout that does not fit the tables', () => {
  it('does not become that of a day which other files have begun, but that of a day of its own', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, ONE);
    const begun = await fingerprintOf(lake);
    expect(await split(lake, 'g_20250812.txt', { layout: TEXT })).toBe('layout-changed');
    expect(await fingerprintOf(lake)).toBe(begun);
    expect(await split(lake, 'g_20250813.txt', { layout: TEXT })).toBe('layout-changed');
    const own = await fingerprintOf(lake, '2025-08-13');
    expect(own).toBeDefined();
    expect(own).not.toBe(begun);
  });

  it('refuses a file of which no date is known for what is wrong with the file', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, ONE);
    lake.raw.replace('g.txt', Buffer.alloc(0));
    expect(await split(lake, 'g.txt', { layout: TEXT })).toBe('empty-file');
  });

  it('is found in files of its day that nobody reads yet, but not in the one that it replaces', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, ONE, { layout: smallLayout(WAITING) });
    expect(await split(lake, 'g_20250812.txt', { layout: typed('string', WAITING) })).toBe('layout-changed');
    expect(await split(lake, KEY, { layout: typed('string', WAITING) })).toBe('convert');
    expect(await split(lake, 'g_20250813.txt', { layout: typed('string', WAITING) })).toBe('convert');
  });

  it('is compared with the files of a day only while readers have no table, and somebody used another layout', async () => {
    /** Which folders of the day are listed while a file is split. */
    const listedIn = async (lake: MemoryLake, layout: string) => {
      const listed: string[] = [];
      const { listFolder } = lake.lake;
      lake.lake.listFolder = (folder) => {
        listed.push(folder);
        return listFolder.call(lake.lake, folder);
      };
      expect(await split(lake, 'g_20250812.txt', { layout })).toBe('convert');
      return listed.filter((folder) => folder.endsWith('day=12/'));
    };
    const awaited = new MemoryLake();
    await awaited.load(KEY, ONE, { layout: smallLayout(WAITING) });
    expect(await listedIn(awaited, smallLayout(WAITING))).toEqual([]);
    expect(await listedIn(awaited, typed('decimal(10,2)', WAITING))).toHaveLength(1);
    const published = new MemoryLake();
    await published.load(KEY, ONE);
    expect(await listedIn(published, typed('decimal(10,2)'))).toEqual([]);
  });
});

it.each([
  ['the owner of a table', 'ledger/_tables/small.json'],
  ['the ids of fields', 'ledger/_fields/small.json'],
])('%s that cannot be read stops a file, and a forced run makes it again', async (_, key) => {
  const lake = new MemoryLake();
  await lake.load(KEY, ONE);
  lake.lake.replace(key, lake.lake.bytesOf(key).slice(0, -9));
  await expect(split(lake, 'g_20250812.txt')).rejects.toMatchObject({ name: 'ObjectDamaged' });
  expect(await split(lake, 'g_20250812.txt', { force: true })).toBe('convert');
  expect(await split(lake, 'g_20250812.txt')).toBe('convert');
});

it('whether a rollback is unfinished is looked up only for a file that is loaded', async () => {
  const lake = new MemoryLake();
  await lake.load(KEY, ONE);
  const listed: string[] = [];
  const { listFolder } = lake.lake;
  lake.lake.listFolder = (folder) => {
    listed.push(folder);
    return listFolder.call(lake.lake, folder);
  };
  const commitsListed = () => listed.filter((folder) => folder.endsWith('/_day/')).length;
  expect(await split(lake, KEY)).toBe('already-loaded');
  expect(commitsListed()).toBe(1);
  lake.raw.replace('g_20250812.txt', smallFile(smallLine('B1', 2)));
  expect(await split(lake, 'g_20250812.txt')).toBe('convert');
  expect(commitsListed()).toBe(1);
});

it('the checksum that a store keeps of a compressed file is not of the bytes that come out of it', async () => {
  const lake = new MemoryLake();
  const packed = gzipSync(smallFile(smallLine('B1', 2)));
  // A file that has, by chance, as many bytes and the same sum as another one that is compressed.
  const loaded = smallFile(smallLine('A1', 1), smallLine('A2', 2).slice(0, packed.length - 22));
  expect(loaded).toHaveLength(packed.length);
  await lake.load(KEY, loaded);
  lake.raw.replace('g_20250812.txt.gz', packed);
  lake.raw.replace('h_20250812.txt', loaded);
  const head = lake.raw.head.bind(lake.raw);
  lake.raw.head = async (key) => {
    const info = await head(key);
    return info && { ...info, crc64nvme: checksumOf(loaded) };
  };
  expect(await split(lake, 'g_20250812.txt.gz')).toBe('convert');
  expect(await split(lake, 'h_20250812.txt')).toBe('duplicate-content');
});
