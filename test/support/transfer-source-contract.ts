import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TransferSource } from '../../shared/ports/transfer-source.ts';

/** The bytes of a range, as a source fills them into a buffer that is larger. */
export async function readRange(
  source: TransferSource,
  path: string,
  [startByte, endByte]: readonly [number, number],
  pin: string,
): Promise<Buffer> {
  const buffer = Buffer.alloc(endByte - startByte + 9, 0xee);
  await source.readInto(path, { startByte, endByte }, pin, buffer);
  expect(buffer.subarray(endByte - startByte).every((byte) => byte === 0xee)).toBe(true);
  return buffer.subarray(0, endByte - startByte);
}

/** The contract of every place that files appear in. `folder` is what `open` shows, as this machine sees it. */
export function describeTransferSource(
  name: string,
  { folder, open }: { folder(): string; open(): Promise<TransferSource> },
): void {
  const at = (path: string) => join(folder(), path);

  describe(`${name} as a source of transfers`, () => {
    let source: TransferSource;
    beforeAll(async () => {
      await rm(folder(), { recursive: true, force: true });
      await mkdir(at('20250812'), { recursive: true });
      source = await open();
    });

    it('is listed, with size and time', async () => {
      await writeFile(at('20250812/a.txt'), 'hello');
      const listed = await Array.fromAsync(source.list());
      expect(listed).toMatchObject([{ path: '20250812/a.txt', sizeBytes: 5 }]);
      expect(Date.now() - listed[0]!.modifiedMs).toBeLessThan(24 * 3_600_000);
      expect(await source.look('20250812/a.txt')).toEqual(listed[0]);
      expect(await source.look('20250812/none.txt')).toBeUndefined();
    });

    it('gives any range of exactly the file that was seen, and removes no other', async () => {
      const path = '20250812/b.txt';
      const bytes = Buffer.alloc(3_000_000, 'positional ');
      await writeFile(at(path), bytes);
      const { pin } = (await source.look(path))!;
      const ranges = [
        [0, 3_000_000],
        [0, 1],
        [2_999_999, 3_000_000],
        [123_456, 654_321],
        [7, 7],
      ] as const;
      for (const range of ranges)
        expect((await readRange(source, path, range, pin)).equals(bytes.subarray(...range))).toBe(true);
      await appendFile(at(path), 'x');
      await expect(readRange(source, path, [0, 10], pin)).rejects.toMatchObject({ name: 'SourceChanged' });
      expect(await source.remove(path, pin)).toBe(false);
      expect(await source.remove(path, (await source.look(path))!.pin)).toBe(true);
      expect(await source.look(path)).toBeUndefined();
    });

    it('tells of names that are not UTF-8, and of what is in such a folder, and takes all others', async () => {
      const latin1 = (path: string) => Buffer.from(at(path), 'latin1');
      await writeFile(at('20250812/câmbio.txt'), 'fine');
      await writeFile(latin1('20250812/c\xe2mbio.txt'), 'not UTF-8');
      await mkdir(latin1('c\xe2mbio'));
      await writeFile(latin1('c\xe2mbio/a.txt'), 'in a folder');
      const listed = await Array.fromAsync(source.list());
      const said = listed.filter(({ problem }) => problem?.includes('not UTF-8'));
      expect(said.map(({ path }) => path)).toEqual([
        expect.stringMatching(/^20250812\/c.+mbio\.txt$/),
        expect.stringMatching(/^c.+mbio\//),
      ]);
      const others = listed.filter((seen) => !said.includes(seen)).map(({ path }) => path);
      expect(others).toEqual(['20250812/a.txt', '20250812/câmbio.txt']);
      const { pin } = (await source.look('20250812/câmbio.txt'))!;
      expect(String(await readRange(source, '20250812/câmbio.txt', [0, 4], pin))).toBe('fine');
    });
  });
}
