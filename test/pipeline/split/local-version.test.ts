import { chmod, copyFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createFileObjectStore } from '../../../local/adapters/file-object-store.ts';
import { unsettledMs } from '../../../local/adapters/file-version.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { updateEntry } from '../../../shared/pipeline/store/ledger.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DAY, KEY, smallDay } from '../../support/small-day.ts';

const A = smallFile(smallLine('A1', 1));
const B = smallFile(smallLine('B1', 2));
const LAYOUT = smallLayout();
const OLD = 1_755_000_000;

/** A loaded file with the bytes of A, and how many bytes of source files were read since `begin`. */
async function loadedA(lake: TestLake) {
  const day = smallDay(lake);
  const path = join(lake.dir, 'raw', KEY);
  const load = () => lake.convert({ layout: LAYOUT, sourceKey: KEY });
  const raw = createFileObjectStore({ rootDir: join(lake.dir, 'raw'), isSource: true });
  let wholeReads = 0;
  lake.ports.raw = Object.assign(Object.create(raw) as typeof raw, {
    streamRange: (...args: Parameters<typeof raw.streamRange>) => {
      if (args[1] === undefined) wholeReads++;
      return raw.streamRange(...args);
    },
  });
  await lake.putRaw(KEY, A);
  await utimes(path, OLD, OLD);
  const first = await load();
  expect(first.status).toBe('loaded');
  return { ...day, path, load, first, wholeReads: () => wholeReads };
}

it.each([
  ['written in place', (path: string) => writeFile(path, B)],
  [
    'copied over it with the old time',
    async (path: string) => {
      await writeFile(`${path}.new`, B);
      await utimes(`${path}.new`, OLD, OLD);
      await rename(`${path}.new`, path);
    },
  ],
])('other bytes of the same size and time are a new version: %s', async (_, change) => {
  await using lake = await TestLake.make('on disk');
  const { ids, load, path } = await loadedA(lake);
  await change(path);
  await utimes(path, OLD, OLD);
  expect((await load()).status).toBe('loaded');
  expect(await ids()).toEqual(['B1']);
});

it('a file that nobody touched is not read again; one that was touched is read once', async () => {
  await using lake = await TestLake.make('on disk');
  const { load, path, first, entryOf, commits, wholeReads } = await loadedA(lake);
  const { revision } = await entryOf(first);
  expect([(await load()).status, wholeReads()]).toEqual(['already-loaded', 0]);
  expect((await entryOf(first)).revision).toBe(revision);
  const touches = [
    () => chmod(path, 0o640),
    () => utimes(path, OLD + 60, OLD + 60),
    () => copyFile(path, `${path}.copy`).then(() => rename(`${path}.copy`, path)),
  ];
  for (const [index, touch] of touches.entries()) {
    await touch();
    for (let again = 0; again < 2; again++) expect((await load()).status).toBe('already-loaded');
    expect(wholeReads()).toBe(index + 1);
  }
  expect(await commits()).toHaveLength(1);
});

it('a version that was rolled back does not come back because somebody touched its file', async () => {
  await using lake = await TestLake.make('on disk');
  const { ids, load, path, first, entryOf } = await loadedA(lake);
  await chmod(path, 0o640);
  await load();
  await rollBack(lake.ports, { ...DAY, file: KEY, remove: true, reason: 'wrong' });
  for (const touch of [() => stat(path), () => utimes(path, OLD, OLD)]) {
    await touch();
    expect((await load()).status).toBe('refused');
    expect((await entryOf(first)).refusal?.code).toBe('rolled-back');
  }
  expect(await ids()).toEqual([]);
  await writeFile(path, B);
  expect((await load()).status).toBe('loaded');
  expect(await ids()).toEqual(['B1']);
});

it('a version that an earlier version of this software rolled back does not come back: it noted size and time alone', async () => {
  await using lake = await TestLake.make('on disk');
  const { ids, load, path, first, entryOf } = await loadedA(lake);
  await rollBack(lake.ports, { ...DAY, file: KEY, remove: true, reason: 'wrong' });
  const { mtimeNs, size } = await stat(path, { bigint: true });
  await updateEntry(lake.ports.lake, first.ledgerKey, (entry) => {
    const [taken] = entry?.rolledBack ?? [];
    if (!entry || !taken) throw new Error('nothing was rolled back');
    const { sizeBytes: _size, checksum: _checksum, ...noted } = taken;
    return { ...entry, rolledBack: [{ ...noted, version: `${size}-${mtimeNs}` }] };
  });
  expect((await load()).status).toBe('refused');
  expect((await entryOf(first)).refusal?.code).toBe('rolled-back');
  expect(await ids()).toEqual([]);
  await writeFile(path, B);
  expect((await load()).status).toBe('loaded');
  expect(await ids()).toEqual(['B1']);
});

it('two writes within a tick of the clock are two versions', async () => {
  await using lake = await TestLake.make('on disk');
  const store = createFileObjectStore({ rootDir: lake.dir, isSource: true });
  const path = join(lake.dir, 'f');
  const versions = new Set<string>();
  for (let write = 0; write < 20; write++) {
    await writeFile(path, write % 2 ? A : B);
    await utimes(path, OLD, OLD);
    versions.add((await store.head('f'))!.version);
  }
  expect(versions.size).toBe(20);
});

it('a change is settled once its tick has passed, also by the clock of a server that is a little ahead', () => {
  const at = 1_755_000_000_500;
  const ctimeNs = BigInt(at) * 1_000_000n;
  expect([0, 5, 20, 1000, -5, -60_000].map((ageMs) => unsettledMs(ctimeNs, at + ageMs))).toEqual([
    ...[20, 15, 0, 0],
    ...[25, 0],
  ]);
  const wholeSecond = 1_755_000_000_000;
  expect(unsettledMs(BigInt(wholeSecond) * 1_000_000n, wholeSecond + 500)).toBe(1500);
});
