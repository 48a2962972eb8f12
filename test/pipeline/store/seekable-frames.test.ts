import { setImmediate } from 'node:timers/promises';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { CompressedDataBad } from '../../../shared/compression/bit-reader.ts';
import { SeekableSource } from '../../../shared/pipeline/store/seekable-source.ts';
import type { ByteRange } from '../../../shared/ranges/byte-range.ts';
import { noise } from '../../support/noise.ts';
import { seekableZstd, skippableFrame, tableOf } from '../../support/seekable-zstd.ts';

const KEY = 'in/a.txt.zst';
const KIB = 1024;
const MIB = 1024 * KIB;

/** A file of these frames; `content` is what its table says that each holds. */
function fileOf(...frames: { bytes: Uint8Array; content: number }[]): Buffer {
  const stated = frames.map(({ bytes, content }) => ({ stored: bytes.length, content }));
  return Buffer.concat([...frames.map(({ bytes }) => bytes), tableOf(stated)]);
}
const frame = (content: Uint8Array) => ({ bytes: zstdCompressSync(content), content: content.length });
const empty = (bytes: Uint8Array) => ({ bytes, content: 0 });

async function* inPieces(
  stored: Uint8Array,
  range: ByteRange | undefined,
  pieceBytes: number,
): AsyncIterable<Uint8Array> {
  const bytes = stored.subarray(range?.startByte, range?.endByte);
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

function sourceOf(stored: Uint8Array) {
  const raw = new MemoryObjectStore();
  raw.replace(KEY, stored);
  const source = new SeekableSource(raw, stored.length);
  const opened = async () => source.contentBytes((await raw.head(KEY))!);
  return { raw, source, opened };
}

async function streamed(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks, (chunk) => Buffer.from(chunk)));
}

describe('the content of a frame', () => {
  it('comes in pieces of at most 256 KiB, none of them empty, wherever a range begins', async () => {
    const content = Buffer.alloc(MIB, 7);
    const { source } = sourceOf(fileOf(frame(content)));
    const lengthsOf = (startByte: number, endByte: number) =>
      Array.fromAsync(source.streamRange(KEY, { startByte, endByte }), ({ length }) => length);
    expect(Math.max(...(await lengthsOf(0, MIB)))).toBe(256 * KIB);
    for (const startByte of [1, 256 * KIB, 512 * KIB]) {
      const lengths = await lengthsOf(startByte, MIB);
      expect(lengths).not.toContain(0);
      expect(lengths.reduce((sum, length) => sum + length)).toBe(MIB - startByte);
    }
  });

  it('is read no further than a range goes, and the source is closed before the reader goes on', async () => {
    const content = noise(MIB);
    const { raw, source, opened } = sourceOf(fileOf(frame(content)));
    await opened();
    let isClosed = false;
    const { streamRange } = raw;
    raw.streamRange = async function* (...args) {
      try {
        yield* streamRange.apply(raw, args);
      } finally {
        await setImmediate();
        isClosed = true;
      }
    };
    const before = raw.bytesRead.get(KEY)!;
    const range = { startByte: 10, endByte: 300 * KIB };
    const bytes = await streamed(source.streamRange(KEY, range));
    expect(bytes.equals(content.subarray(range.startByte, range.endByte))).toBe(true);
    expect(isClosed).toBe(true);
    expect(raw.bytesRead.get(KEY)! - before).toBeLessThan(900 * KIB);
  });

  it('is proved to its end by a range that ends with it', async () => {
    const content = noise(1000);
    const bytes = zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    bytes[bytes.length - 1]! ^= 1;
    const { raw, source } = sourceOf(
      fileOf({ bytes, content: content.length }, frame(content), frame(content)),
    );
    const range = { startByte: 0, endByte: content.length };
    // All its content is there before the checksum at its end is.
    raw.streamRange = (_, stored) => inPieces(raw.bytesOf(KEY), stored, 1);
    await expect(streamed(source.streamRange(KEY, range))).rejects.toThrow(
      'frame 1 of its seek table is damaged',
    );
  });

  it('may come from its store in pieces of any length', async () => {
    const content = noise(3000);
    const stored = seekableZstd(content, 1000);
    for (const pieceBytes of [1, 7]) {
      const { raw, source } = sourceOf(stored);
      raw.streamRange = (_, range) => inPieces(stored, range, pieceBytes);
      expect((await streamed(source.streamRange(KEY))).equals(content)).toBe(true);
    }
  });

  it('that its store ends too early is damaged', async () => {
    const stored = seekableZstd(noise(3000), 1000);
    const { raw, source } = sourceOf(stored);
    raw.streamRange = async function* () {
      yield stored.subarray(0, 500);
    };
    await expect(streamed(source.streamRange(KEY))).rejects.toThrow(CompressedDataBad);
  });
});

describe('a range', () => {
  const content = Buffer.from('0123456789'.repeat(30));

  it('that is empty reads nothing, not even the table', async () => {
    const { raw, source } = sourceOf(seekableZstd(content, 100));
    for (const startByte of [7, 8])
      expect(await source.readRange(KEY, { startByte, endByte: 7 })).toHaveLength(0);
    expect(raw.calls).toEqual({});
    expect(await streamed(source.streamRange(KEY, { startByte: 7, endByte: 7 }))).toHaveLength(0);
    expect(raw.calls.streamRange).toBeUndefined();
  });

  it('may have no end, and fails if it ends beyond the content, in one frame or in several', async () => {
    for (const frameBytes of [100, 1000]) {
      const { source } = sourceOf(seekableZstd(content, frameBytes));
      const open = { startByte: 3, endByte: Number.POSITIVE_INFINITY };
      expect((await streamed(source.streamRange(KEY, open))).equals(content.subarray(3))).toBe(true);
      const beyond = { startByte: 250, endByte: content.length + 1 };
      await expect(source.readRange(KEY, beyond)).rejects.toMatchObject({ name: 'SourceChanged' });
    }
  });

  it('of one frame after another reads each once, up to its last byte, as long as it is small', async () => {
    const { raw, source } = sourceOf(seekableZstd(content, 100));
    for (const startByte of [200, 250, 299]) {
      const bytes = await source.readRange(KEY, { startByte, endByte: 300 });
      expect(Buffer.compare(bytes, content.subarray(startByte, 300))).toBe(0);
    }
    expect(raw.calls.streamRange).toBe(1);
    await source.readRange(KEY, { startByte: 100, endByte: 101 });
    expect(raw.calls.streamRange).toBe(2);
  });

  it.each([
    [8 * MIB, 1],
    [8 * MIB + 1, 2],
  ])('of a frame of %i bytes, asked for twice, reads %i times', async (contentBytes, times) => {
    const { raw, source } = sourceOf(fileOf(frame(Buffer.alloc(MIB)), frame(Buffer.alloc(contentBytes))));
    for (const startByte of [MIB + 5, MIB + 9])
      await source.readRange(KEY, { startByte, endByte: startByte + 3 });
    expect(raw.calls.streamRange).toBe(times);
  });
});

describe('a store that fails and is back', () => {
  const content = Buffer.from('0123456789'.repeat(30));
  const range = { startByte: 5, endByte: 8 };

  it.each(['readRange', 'streamRange'] as const)('is asked again after a failure of %s', async (failing) => {
    const { raw, source } = sourceOf(seekableZstd(content, 100));
    raw.beforeCall = (operation) => {
      if (operation === failing) throw new Error('away');
    };
    await expect(source.readRange(KEY, range)).rejects.toThrow('away');
    delete raw.beforeCall;
    expect(Buffer.from(await source.readRange(KEY, range)).toString()).toBe('567');
  });

  it('does not lose the frame that was read meanwhile', async () => {
    const { raw, source, opened } = sourceOf(seekableZstd(content, 100));
    await opened();
    const failed = Promise.withResolvers<void>();
    raw.beforeCall = async (operation) => {
      if (operation !== 'streamRange') return;
      delete raw.beforeCall;
      await failed.promise;
    };
    const first = source.readRange(KEY, range);
    while (raw.beforeCall) await setImmediate();
    const other = { startByte: 105, endByte: 108 };
    await source.readRange(KEY, other);
    failed.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    const { streamRange } = raw.calls;
    await source.readRange(KEY, other);
    expect(raw.calls.streamRange).toBe(streamRange);
  });

  it('is asked for the table once', async () => {
    const { raw, source } = sourceOf(seekableZstd(content, 100));
    for (const startByte of [0, 100, 200]) await source.readRange(KEY, { startByte, endByte: startByte + 9 });
    expect(raw.calls.readRange).toBe(2);
  });
});

describe('a file that is too short for a table', () => {
  it('is not looked into', async () => {
    const { raw, opened } = sourceOf(Buffer.alloc(8));
    expect(await opened()).toBeUndefined();
    expect(raw.calls.readRange).toBeUndefined();
  });

  it('is damaged if it ends like one, and may be nothing but the table of one frame that is nothing', async () => {
    const table = tableOf([{ stored: 0, content: 0 }]);
    await expect(sourceOf(table.subarray(-9)).opened()).rejects.toThrow(
      '1 frames, which is longer than the file',
    );
    const { opened, source } = sourceOf(table);
    expect(await opened()).toBe(0);
    expect(await streamed(source.streamRange(KEY))).toHaveLength(0);
    const nothing = tableOf([{ stored: 0, content: 1 }]);
    await expect(streamed(sourceOf(nothing).source.streamRange(KEY))).rejects.toThrow('it has no bytes');
  });
});

describe('a frame that its table says to be empty', () => {
  const data = frame(Buffer.from('0123456789'.repeat(30)));
  /** A frame of blocks without content: its head, so many blocks, and the checksum of nothing. */
  const blocks = (count: number) =>
    Buffer.concat([
      Buffer.from('28b52ffd0400', 'hex'),
      ...Array.from({ length: count }, (_, index) => Buffer.from([index === count - 1 ? 1 : 0, 0, 0])),
      Buffer.from('99e9d851', 'hex'),
    ]);

  it('may be one without content, one that programs pass over, or nothing', async () => {
    const nothings = [
      zstdCompressSync(Buffer.alloc(0)),
      skippableFrame(0),
      skippableFrame(56),
      skippableFrame(57),
      skippableFrame(5000),
      blocks(18),
      Buffer.alloc(0),
    ];
    for (const magic of [0x50, 0x5f]) nothings.push(Buffer.from(skippableFrame(90).with(0, magic)));
    for (const nothing of nothings)
      for (const file of [fileOf(data, empty(nothing), data), fileOf(empty(nothing), data)]) {
        const { opened, source } = sourceOf(file);
        const sizeBytes = await opened();
        expect(await streamed(source.streamRange(KEY))).toHaveLength(sizeBytes!);
      }
  });

  it('is refused if it is anything else', async () => {
    const skippable = skippableFrame(90);
    const others: [Uint8Array, string][] = [
      [zstdCompressSync(Buffer.from('x')), 'it holds more than 0 bytes'],
      [zstdCompressSync(noise(100)), 'it has content'],
      // More than 64 bytes of nothing are not read.
      [blocks(19), 'it has content'],
      [Buffer.concat([skippable, data.bytes]), 'it has content'],
      [skippable.with(0, 0x4f), 'it has content'],
      [skippable.with(1, 0x2b), 'it has content'],
      [skippable.with(4, 91), 'it has content'],
      [skippable.with(5, 1), 'it has content'],
      [Buffer.from('1234567'), 'is damaged'],
    ];
    for (const [bytes, said] of others)
      for (const file of [fileOf(data, empty(bytes), data), fileOf(empty(bytes), data)])
        await expect(sourceOf(file).opened(), said).rejects.toThrow(said);
  });

  it('is judged by its first 64 bytes', async () => {
    const { raw, opened } = sourceOf(fileOf(data, empty(skippableFrame(5000))));
    const lengths: number[] = [];
    const { readRange } = raw;
    raw.readRange = (key, range, options) => {
      lengths.push(range.endByte - range.startByte);
      return readRange.call(raw, key, range, options);
    };
    await opened();
    // The footer twice, the table, and the frame.
    expect(lengths).toEqual([9, 9, 8 + 2 * 8 + 9, 64]);
  });

  it('may be there 1,000 times, and no more often', async () => {
    const many = (count: number) =>
      fileOf(...Array.from({ length: count }, () => empty(Buffer.alloc(0))), data);
    expect(await sourceOf(many(1000)).opened()).toBe(data.content);
    await expect(sourceOf(many(1001)).opened()).rejects.toThrow('more than 1000 frames without content');
  });
});
