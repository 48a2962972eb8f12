import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createFileObjectStore } from '../../../local/adapters/file-object-store.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readEntry, updateEntry } from '../../../shared/pipeline/store/ledger.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

/** Writes a file of a branch and points the raw store at the folder of that branch, as a command without --raw-root does. */
async function fromBranch(lake: TestLake, branch: string, bytes: Buffer, key = KEY): Promise<string> {
  const folder = join(lake.dir, 'branches', branch);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, key), bytes);
  lake.ports.raw = createFileObjectStore({ rootDir: folder, isSource: true });
  return join(folder, key);
}

const convert = (lake: TestLake, request: { sourceKey?: string; force?: boolean } = {}) =>
  lake.convert({ layout: smallLayout(), sourceKey: KEY, ...request });

describe('a key that belongs to a file at another path', () => {
  test('is not taken over: the file is refused, and what is loaded stays', async () => {
    await using lake = await TestLake.make();
    const { ids, entryOf, commits } = smallDay(lake);
    const there = await fromBranch(lake, '0001', smallFile(smallLine('A1', 1)));
    const first = await convert(lake);
    const here = await fromBranch(lake, '0002', smallFile(smallLine('B1', 2), smallLine('B2', 3)));
    const second = await convert(lake);
    expect(second.status).toBe('refused');
    expect(lake.notifications.at(-1)).toMatch(/--raw-root \S+branches:.*--force/);
    for (const path of [there, here]) expect(lake.notifications.at(-1)).toContain(path);
    expect(await ids()).toEqual(['A1']);
    expect(await commits()).toHaveLength(1);
    const entry = await entryOf(first);
    expect(entry).toMatchObject({
      state: 'loaded',
      origin: there,
      warnings: [expect.stringContaining(here)],
    });
    expect(entry.refusal).toBeUndefined();
  });

  test('standard input that is sent again, or corrected, is the file of its name, wherever it was kept', async () => {
    await using lake = await TestLake.make();
    const { ids, entryOf } = smallDay(lake);
    const piped = async (folder: string, id: string) => {
      const path = await fromBranch(lake, folder, smallFile(smallLine(id, 1)));
      lake.ports.raw = createFileObjectStore({ rootDir: dirname(path), isSource: '-' });
      return await convert(lake);
    };
    const first = await piped('kept-1', 'A1');
    expect((await entryOf(first)).origin).toBe('-');
    expect((await piped('kept-2', 'A1')).status).toBe('already-loaded');
    expect((await piped('kept-3', 'B1')).status).toBe('loaded');
    expect(await ids()).toEqual(['B1']);
    await fromBranch(lake, 'inbox', smallFile(smallLine('C1', 1)));
    expect((await convert(lake)).status).toBe('refused');
    expect(lake.notifications.at(-1)).toMatch(
      /belongs to standard input, .* give one of them another name, which for standard input is --stdin-name\./,
    );
  });

  test('is not taken over by a file of the same size and time', async () => {
    await using lake = await TestLake.make();
    const { ids } = smallDay(lake);
    for (const [branch, id] of [
      ['0001', 'A1'],
      ['0002', 'B1'],
    ] as const) {
      const path = await fromBranch(lake, branch, smallFile(smallLine(id, 1)));
      // Unpacked from one archive, both have the time of the archive.
      await utimes(path, 1_755_000_000, 1_755_000_000);
      if (branch === '0001') await convert(lake);
    }
    expect((await convert(lake)).status).toBe('refused');
    expect(await ids()).toEqual(['A1']);
  });

  test.each([
    ['a file', KEY, (bytes: Buffer) => bytes],
    ['a compressed file', `${KEY}.gz`, (bytes: Buffer) => gzipSync(bytes)],
  ])('%s that was moved is the loaded one, and may be corrected there', async (_, key, stored) => {
    await using lake = await TestLake.make();
    const { ids, entryOf } = smallDay(lake);
    await fromBranch(lake, 'inbox', stored(smallFile(smallLine('A1', 1))), key);
    await convert(lake, { sourceKey: key });
    const moved = await fromBranch(lake, 'done', stored(smallFile(smallLine('A1', 1))), key);
    const again = await convert(lake, { sourceKey: key });
    expect(again.status).toBe('already-loaded');
    expect((await entryOf(again)).origin).toBe(moved);
    await fromBranch(lake, 'done', stored(smallFile(smallLine('A1', 1), smallLine('A2', 2))), key);
    expect((await convert(lake, { sourceKey: key })).status).toBe('loaded');
    expect(await ids()).toEqual(['A1', 'A2']);
  });

  test('is taken over on purpose by a forced run, and by one after an entry that knows no path', async () => {
    await using lake = await TestLake.make();
    const { ids } = smallDay(lake);
    await fromBranch(lake, '0001', smallFile(smallLine('A1', 1)));
    const { ledgerKey } = await convert(lake);
    await fromBranch(lake, '0002', smallFile(smallLine('B1', 2)));
    expect((await convert(lake, { force: true })).status).toBe('loaded');
    expect(await ids()).toEqual(['B1']);
    await updateEntry(lake.ports.lake, ledgerKey, (current) => current && { ...current, origin: undefined });
    await fromBranch(lake, '0003', smallFile(smallLine('C1', 3)));
    expect((await convert(lake)).status).toBe('loaded');
    expect(await ids()).toEqual(['C1']);
  });

  test('is not taken from a run that is going on', async () => {
    await using lake = await TestLake.make();
    await fromBranch(lake, '0001', smallFile(smallLine('A1', 1)));
    const running = await splitFile(lake.ports, 'first', { layout: smallLayout(), sourceKey: KEY });
    const before = await readEntry(lake.ports.lake, running.ledgerKey);
    await fromBranch(lake, '0002', smallFile(smallLine('B1', 2)));
    expect((await convert(lake)).status).toBe('refused');
    const { warnings, revision: _, ...after } = (await readEntry(lake.ports.lake, running.ledgerKey))!;
    expect(warnings).toHaveLength(1);
    const { revision: __, ...untouched } = before!;
    expect(after).toEqual(untouched);
  });

  test('is not taken over by a key with the same short name, forced or not', async () => {
    await using lake = await TestLake.make();
    await fromBranch(lake, '0001', smallFile(smallLine('A1', 1)));
    const { ledgerKey } = await convert(lake);
    await updateEntry(
      lake.ports.lake,
      ledgerKey,
      (current) => current && { ...current, sourceKey: 'other.txt' },
    );
    expect((await convert(lake, { force: true })).status).toBe('refused');
    expect(lake.notifications.at(-1)).toContain('other.txt');
  });
});
