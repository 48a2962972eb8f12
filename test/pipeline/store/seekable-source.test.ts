import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { SeekableSource } from '../../../shared/pipeline/store/seekable-source.ts';
import { type StatedFrame, seekableZstd, skippableFrame, tableOf } from '../../support/seekable-zstd.ts';

const KEY = 'in/a.txt.zst';
const CONTENT = Buffer.from(Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`).join(''));

async function opened(stored: Uint8Array) {
  const raw = new MemoryObjectStore();
  raw.replace(KEY, stored);
  const source = new SeekableSource(raw, stored.length);
  return { raw, source, sizeBytes: await source.contentBytes((await raw.head(KEY))!) };
}

async function streamed(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks, (chunk) => Buffer.from(chunk)));
}

const moved = (by: number) => (frames: StatedFrame[]) =>
  frames.map((frame, index) => ({
    ...frame,
    content: frame.content + (index === 1 ? by : index === 2 ? -by : 0),
  }));

describe('a zstd file with a seek table', () => {
  it('gives any range of its content, streamed or at once', async () => {
    const { source, sizeBytes } = await opened(seekableZstd(CONTENT, 7_001));
    expect(sizeBytes).toBe(CONTENT.length);
    expect((await streamed(source.streamRange(KEY))).equals(CONTENT)).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.nat(CONTENT.length), fc.nat(20_000), async (startByte, length) => {
        const range = { startByte, endByte: Math.min(CONTENT.length, startByte + length) };
        const expected = CONTENT.subarray(range.startByte, range.endByte);
        expect(Buffer.compare(await source.readRange(KEY, range), expected)).toBe(0);
        expect((await streamed(source.streamRange(KEY, range))).equals(expected)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('reads no more than the frames that hold a range, and one frame for many small ranges', async () => {
    const stored = seekableZstd(CONTENT, 7_001);
    const { raw, source } = await opened(stored);
    const ranges: number[] = [];
    const { streamRange } = raw;
    raw.streamRange = (key, range, options) => {
      ranges.push(range!.endByte - range!.startByte);
      return streamRange.call(raw, key, range, options);
    };
    for (let at = 14_100; at < 14_200; at += 10)
      await source.readRange(KEY, { startByte: at, endByte: at + 10 });
    expect(ranges).toHaveLength(1);
    await streamed(source.streamRange(KEY, { startByte: 20_900, endByte: 28_100 }));
    expect(ranges).toHaveLength(2);
    expect(ranges[1]).toBeLessThan(stored.length / 2);
  });

  it('may have frames that hold nothing, and sums in its table', async () => {
    const frames = seekableZstd(CONTENT, 70_000, { state: () => [] });
    const data = frames.subarray(0, frames.length - 17);
    const skipped = skippableFrame(30);
    const table = tableOf(
      [
        { stored: skipped.length, content: 0 },
        { stored: data.length, content: CONTENT.length },
      ],
      true,
    );
    const { source } = await opened(Buffer.concat([skipped, data, table]));
    expect((await streamed(source.streamRange(KEY))).equals(CONTENT)).toBe(true);
    expect((await opened(seekableZstd(new Uint8Array(), 9))).sizeBytes).toBe(0);
  });

  it('is read from its start if it has no table', async () => {
    expect((await opened(Buffer.from('something'))).sizeBytes).toBeUndefined();
    expect((await opened(Buffer.alloc(3))).sizeBytes).toBeUndefined();
  });

  it('fails beyond its end as any file does', async () => {
    const { source } = await opened(seekableZstd(CONTENT, 7_001));
    const range = { startByte: 0, endByte: CONTENT.length + 1 };
    await expect(streamed(source.streamRange(KEY, range))).rejects.toMatchObject({ name: 'SourceChanged' });
    await expect(source.readRange(KEY, range)).rejects.toMatchObject({ name: 'SourceChanged' });
  });

  it.each<[string, Buffer, string]>([
    [
      'more than a frame holds',
      seekableZstd(CONTENT, 7_001, { state: moved(1) }),
      'frame 2 is not what its seek table says: it holds 7001 bytes, and not 7002',
    ],
    [
      'less',
      seekableZstd(CONTENT, 7_001, { state: moved(-1) }),
      'frame 2 is not what its seek table says: it holds more than 7000 bytes',
    ],
    [
      'another place',
      seekableZstd(CONTENT, 7_001, {
        state: (all) =>
          all.map((frame, index) => ({ ...frame, stored: frame.stored + [0, 3, -3][index % 3]! })),
      }).subarray(0),
      'frame 2',
    ],
    [
      'two frames to be one',
      seekableZstd(CONTENT, 7_001, {
        state: ([one, two, ...rest]) => [
          { stored: one!.stored + two!.stored, content: one!.content + two!.content },
          ...rest,
        ],
      }),
      'frame 1 is not what its seek table says: it ends after',
    ],
  ])('is refused with words if its table says %s', async (_, stored, words) => {
    const { source } = await opened(stored);
    await expect(streamed(source.streamRange(KEY))).rejects.toThrow(words);
  });

  it('never loses records in a frame that its table says to be empty', async () => {
    const hides = (frames: StatedFrame[]) =>
      frames.map((frame, index) => (index === 1 ? { ...frame, content: 0 } : frame));
    await expect(opened(seekableZstd(CONTENT, 7_001, { state: hides }))).rejects.toThrow(
      'frame 2 is not what its seek table says: it has content',
    );
    await expect(opened(seekableZstd(CONTENT.subarray(0, 20), 7, { state: hides }))).rejects.toThrow(
      'frame 2 is not what its seek table says: it holds more than 0 bytes',
    );
  });

  it('notices a damaged byte in any frame that it reads to its end', async () => {
    const stored = seekableZstd(CONTENT, 7_001);
    for (const at of [9, 900, stored.length - 200]) {
      const { source } = await opened(
        Uint8Array.from(stored, (byte, index) => (index === at ? byte ^ 1 : byte)),
      );
      await expect(streamed(source.streamRange(KEY))).rejects.toThrow(/frame \d+/);
    }
  });
});
