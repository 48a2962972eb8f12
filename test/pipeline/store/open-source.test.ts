import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { CompressedDataBad } from '../../../shared/compression/bit-reader.ts';
import { DecompressedSource } from '../../../shared/pipeline/store/decompressed-source.ts';
import { openSource, refusingDamage, sourceOf } from '../../../shared/pipeline/store/open-source.ts';
import { SeekableSource } from '../../../shared/pipeline/store/seekable-source.ts';
import { isRefusal } from '../../../shared/refusal.ts';
import { type StatedFrame, seekableZstd } from '../../support/seekable-zstd.ts';

const CONTENT = Buffer.from('0000010000000100\n'.repeat(50));

async function opened(key: string, bytes: Uint8Array) {
  const raw = new MemoryObjectStore();
  raw.replace(key, bytes);
  const found = await openSource(raw, (await raw.head(key))!);
  if (isRefusal(found)) return { raw, refused: `${found.code}: ${found.message}` };
  const { source, warnings } = found;
  const { compression, isSeekable, info } = source;
  const content = await source.raw.readRange(key, { startByte: 0, endByte: info.sizeBytes });
  expect(Buffer.compare(content, CONTENT)).toBe(0);
  return { raw, is: { compression, isSeekable, sizeBytes: info.sizeBytes }, warnings };
}

const sizeBytes = CONTENT.length;
const SLOW = expect.stringContaining('cannot be cut');
const UNCHECKED = expect.stringContaining('no checksum of its content');

describe('a source file', () => {
  it('that is not compressed is read as it is', async () => {
    expect(await opened('a.txt', CONTENT)).toMatchObject({
      is: { compression: null, isSeekable: false, sizeBytes },
      warnings: [],
    });
  });

  it('that is compressed as a whole is read through, and people are told that it is slow', async () => {
    const { raw, ...found } = await opened('a.gz', gzipSync(CONTENT));
    expect(found).toEqual({ is: { compression: 'gzip', isSeekable: false, sizeBytes }, warnings: [SLOW] });
    // Its begin: no seek table is looked for.
    expect(raw.calls).toMatchObject({ readRange: 1, streamRange: 1 });
    const zstd = seekableZstd(CONTENT, CONTENT.length, { checksum: 0 });
    const whole = zstd.subarray(0, zstd.length - 8 - 8 - 9);
    expect(await opened('a.zst', whole)).toMatchObject({
      is: { compression: 'zstd', isSeekable: false, sizeBytes },
      warnings: [SLOW, UNCHECKED],
    });
  });

  it('that is compressed in frames with a seek table can be cut', async () => {
    const { raw, ...found } = await opened('a.zst', seekableZstd(CONTENT, 100));
    expect(found).toEqual({ is: { compression: 'zstd', isSeekable: true, sizeBytes }, warnings: [] });
    expect(await opened('a.zst', seekableZstd(CONTENT, 100, { checksum: 0 }))).toMatchObject({
      is: { isSeekable: true },
      warnings: [UNCHECKED],
    });
  });

  it('whose seek table is wrong, or that becomes too large, is refused', async () => {
    const first = ([frame, ...rest]: StatedFrame[], content: number) => [{ ...frame!, content }, ...rest];
    const wrong = seekableZstd(CONTENT, 100, { state: (frames) => frames.slice(1) });
    expect(await opened('a.zst', wrong)).toMatchObject({
      refused: expect.stringMatching(/^compression-broken: .*it cannot be decompressed: .*seek table/),
    });
    const large = seekableZstd(CONTENT, 100, { state: (frames) => first(frames, 2 ** 30) });
    expect(await opened('a.zst', large)).toMatchObject({
      refused: expect.stringMatching(/^compression-broken: .*the most is 250 times as many/),
    });
  });
});

describe('a file that was opened before', () => {
  it('is read by what its plan says of it', () => {
    const raw = new MemoryObjectStore();
    expect(sourceOf(raw, { compression: null })).toBe(raw);
    expect(sourceOf(raw, { compression: 'zstd', storedBytes: 9 })).toBeInstanceOf(DecompressedSource);
    expect(sourceOf(raw, { compression: 'zstd', storedBytes: 9, isSeekable: true })).toBeInstanceOf(
      SeekableSource,
    );
    // Plans of earlier versions do not say how long the file is.
    expect(sourceOf(raw, { compression: 'zstd', isSeekable: true })).toBeInstanceOf(DecompressedSource);
  });

  it('is refused if its bytes are damaged, and not if its store fails', async () => {
    const damaged = async () => {
      throw new CompressedDataBad('frame 3 is damaged');
    };
    expect(await refusingDamage('a.zst', damaged)).toMatchObject({
      code: 'compression-broken',
      message: expect.stringContaining('frame 3 is damaged'),
    });
    const failing = async () => {
      throw new Error('no disk');
    };
    await expect(refusingDamage('a.zst', failing)).rejects.toThrow('no disk');
    expect(await refusingDamage('a.zst', async () => 7)).toBe(7);
  });
});
