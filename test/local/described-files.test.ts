import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DescribedFiles } from '../../local/adapters/described-files.ts';
import { DraftMemory, joined } from '../../local/adapters/draft-memory.ts';
import { fileChecksum } from '../../local/adapters/file-checksum.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { convertLot } from '../../local/convert-lot.ts';
import { type EarlySum, earlierSums, earlySum } from '../../local/early-sum.ts';
import { createLocalPorts } from '../../local/local-ports.ts';
import { receivedLot, sentLot } from '../../local/sent-lot.ts';
import { describedColumns } from '../../shared/iceberg/described-rows.ts';
import { fileMetrics } from '../../shared/iceberg/file-metrics.ts';
import { encodedMetrics } from '../../shared/iceberg/manifest.ts';
import { decodeFooter, footerLengthBytes, TAIL_BYTES } from '../../shared/parquet/footer.ts';
import { publishDay } from '../../shared/pipeline/publish/publish-day.ts';
import { readDayLayout } from '../../shared/pipeline/store/kept-terms.ts';
import { verifyLake } from '../../shared/pipeline/verify/verify-lake.ts';
import { checksumOf, smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const DAY = '2025-08-12';
let dir: string;
let lakeDir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'described-'));
  lakeDir = join(dir, 'lake');
  await mkdir(join(dir, 'raw'));
  await writeFile(join(dir, 'small.json'), smallLayout());
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const setup = () => ({
  ...{ lakeDir, rawRoot: join(dir, 'raw'), rangeSizeBytes: 1e6, expectedFiles: undefined, sync: false },
});

/** A lot of files, as the thread that publishes receives it; and what is known of their objects. */
async function received(files: Record<string, Uint8Array>) {
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(dir, 'raw', name), bytes);
  const request = {
    ...{ layout: join(dir, 'small.json'), businessDate: undefined, compression: undefined, force: undefined },
    ...{ rangeSizeBytes: undefined, supplementOf: undefined },
  };
  const inputs = Object.keys(files).map((name) => join(dir, 'raw', name));
  const lot = { inputs, rawRoot: join(dir, 'raw'), request, softwareVersion: 'test' };
  const sent = JSON.parse(JSON.stringify(sentLot(await convertLot(setup(), lot, () => undefined))));
  const described = new DescribedFiles();
  const keys: string[] = [];
  const early = new Map<string, EarlySum>();
  const briefs = receivedLot(sent, (key, file, sum) => {
    keys.push(key);
    described.add(key, file!);
    early.set(join(lakeDir, key), sum!);
  });
  return { briefs, keys, described, early };
}

const FILES = {
  'a_20250812.txt': smallFile(
    smallLine('x', ' '.repeat(9), 'A'),
    smallLine('b', 300, 'A'),
    smallLine('c', 12, 'B'),
  ),
  'b_20250812.txt': smallFile(smallLine('ÿé', 1, ''), smallLine('z'.repeat(9), 2, 'A')),
  'c_20250812.txt': smallFile(smallLine('6a', 1, 'A'), smallLine('6b', 'x', 'B')),
};

it('what a thread says of its files is what their footers say', async () => {
  const { keys, described } = await received(FILES);
  expect(keys.length).toBeGreaterThanOrEqual(5);
  for (const key of keys) {
    const bytes = await readFile(join(lakeDir, key));
    const length = footerLengthBytes(bytes.subarray(-TAIL_BYTES), bytes.length);
    const footer = decodeFooter(bytes.subarray(bytes.length - length, -TAIL_BYTES));
    const columns = describedColumns(footer.schema);
    const ids = new Map(columns.map(({ name, id }) => [name, id]));
    const metrics = fileMetrics(footer, (name) => ids.get(name));
    const known = described.of(key)!;
    expect(known.sizeBytes).toBe(bytes.length);
    expect(known.recordCount).toBe(metrics.recordCount);
    expect(known.columns.map(({ id }) => id)).not.toContain(undefined);
    expect(JSON.parse(JSON.stringify(columns))).toEqual(JSON.parse(JSON.stringify(known.columns)));
    expect(Buffer.from(known.metrics)).toEqual(Buffer.from(encodedMetrics(metrics)));
  }
});

it('a sum that a thread took counts once, and only as long as nothing about the file has changed', async () => {
  const { keys, early } = await received(FILES);
  expect([...early.keys()]).toEqual(keys.map((key) => join(lakeDir, key)));
  const asked: string[] = [];
  const sumOf = earlierSums(early, async (path) => {
    asked.push(path);
    return fileChecksum(path);
  });
  const [first, second, third] = [...early.keys()] as [string, string, string];
  const right = await fileChecksum(first);
  expect(await sumOf(first)).toBe(right);
  expect(asked).toEqual([]);
  expect(await sumOf(first)).toBe(right);
  expect(asked).toEqual([first]);
  const bytes = await readFile(second);
  bytes[10]! ^= 1;
  await writeFile(second, bytes);
  expect(await sumOf(second)).not.toBe(checksumOf(await readFile(first)));
  expect(asked).toEqual([first, second]);
  await rm(third);
  expect(await sumOf(third)).toBeUndefined();
  expect(await earlySum(third)).toBeUndefined();
});

it('a day whose rows were altered after a thread had summed them is not published', async () => {
  const { keys, early, described } = await received(FILES);
  const checksumOf = earlierSums(early, fileChecksum);
  const ports = createLocalPorts(setup(), undefined, undefined, { described, checksumOf });
  const bytes = await readFile(join(lakeDir, keys[0]!));
  bytes[10]! ^= 1;
  await writeFile(join(lakeDir, keys[0]!), bytes);
  const layout = await readDayLayout(ports.lake, 'small', DAY);
  await expect(publishDay(ports, layout, DAY)).rejects.toThrow(/altered after they were written/);
});

it('a day that is published by what is known has the manifests that footers make', async () => {
  const { described } = await received(FILES);
  const layout = await readDayLayout(createLocalPorts(setup()).lake, 'small', DAY);
  const ports = createLocalPorts(setup(), undefined, undefined, { described });
  const store = ports.lake;
  const read: string[] = [];
  const readRange: typeof store.readRange = (key, ...rest) => {
    read.push(key);
    return Object.getPrototypeOf(store).readRange.call(store, key, ...rest);
  };
  Object.assign(store, { readRange });
  expect(await publishDay(ports, layout, DAY)).toMatchObject({ published: true });
  expect(read.filter((key) => key.endsWith('.parquet'))).toEqual([]);
  const plainPorts = createLocalPorts(setup());
  expect((await verifyLake(plainPorts, { depth: 'full' })).findings).toEqual([]);
  // The same manifests are made of the footers: names of manifests have a hash of their bytes.
  const manifests = async () =>
    (await Array.fromAsync(plainPorts.lake.list('processed/small/metadata/')))
      .map(({ key }) => key)
      .filter((key) => key.endsWith('.avro') && key.includes('/day-'));
  const before = await manifests();
  const stored = await plainPorts.lake.get(before[0]!);
  await rm(join(lakeDir, 'processed/small/metadata'), { recursive: true });
  await plainPorts.catalog.show('small');
  expect(await manifests()).toEqual(before);
  expect((await plainPorts.lake.get(before[0]!))?.bytes).toEqual(stored?.bytes);
});

it('nothing is known of a name that another process gave, nor once the day is shown', async () => {
  const described = new DescribedFiles();
  const file = { sizeBytes: 1, recordCount: 1, columns: [], metrics: new Uint8Array() };
  const store = createFileObjectStore({ rootDir: lakeDir, sync: false, described });
  await store.put('a/one', Uint8Array.of(1));
  described.add('a/one', file);
  await store.put('b/one', Uint8Array.of(2));
  // The name is taken: the object is copied over it, step by step, and is looked at again by whoever needs it.
  await store.copy('a/one', 'b/one');
  expect(store.described?.('b/one')).toBeUndefined();
  await store.copy('a/one', 'c/one');
  expect(store.described?.('c/one')).toBe(file);
  described.clear();
  expect(store.described?.('c/one')).toBeUndefined();
});

it('memory of drafts is used again, and pieces that follow each other are joined where they are', () => {
  const memory = new DraftMemory();
  const source = Uint8Array.of(1, 2, 3);
  const first = memory.copied(source);
  const second = memory.copied(Uint8Array.of(4));
  source.fill(0);
  const whole = joined([first, second]);
  expect([...whole]).toEqual([1, 2, 3, 4]);
  expect(whole.buffer).toBe(first.buffer);
  expect([...joined([second, first])]).toEqual([4, 1, 2, 3]);
  expect([...joined([])]).toEqual([]);
  expect(memory.copied(new Uint8Array(5 * 1024 * 1024)).length).toBe(5 * 1024 * 1024);
  // What does not fit into a piece begins the next one.
  const pieces = [3, 3, 3].map((mebibytes) => memory.copied(new Uint8Array(mebibytes * 1024 * 1024)));
  expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBe(3);
  memory.reset();
  expect(memory.copied(Uint8Array.of(9)).buffer).toBe(first.buffer);
  expect([...first]).toEqual([9, 2, 3]);
});
