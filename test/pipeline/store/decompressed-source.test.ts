import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { SourceChanged } from '../../../shared/errors.ts';
import { compressionOf, DecompressedSource } from '../../../shared/pipeline/store/decompressed-source.ts';
import { openSource, sourceOf } from '../../../shared/pipeline/store/open-source.ts';
import { isRefusal } from '../../../shared/refusal.ts';
import type { FileCompression } from '../../../shared/run/file-plan.ts';

const KEY = 'in/a.txt.gz';
const MIB = 1024 * 1024;
/** So much of each end is kept. */
const KEPT_BYTES = MIB;

/** Bytes of which each place is another, so that a shifted range is seen. */
function numbered(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(at, at);
  return bytes;
}

async function opened(bytes: Uint8Array, compression: FileCompression = 'gzip') {
  const raw = new MemoryObjectStore();
  raw.replace(KEY, bytes);
  const source = new DecompressedSource(raw, compression);
  const stored = (await raw.head(KEY))!;
  const begun = await source.begin(stored);
  const info = isRefusal(begun) ? begun : await source.open(stored);
  return { raw, source, info, said: isRefusal(info) ? `${info.code}: ${info.message}` : '' };
}

async function streamed(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks, (chunk) => Buffer.from(chunk)));
}

describe('a compressed file that is read in ranges', () => {
  const content = numbered(2 * KEPT_BYTES + 500_000);
  const stored = gzipSync(content, { level: constants.Z_BEST_SPEED });
  const tailStart = content.length - KEPT_BYTES;

  it('has the size of its content', async () => {
    const file = await opened(stored);
    expect(file.info).toMatchObject({ key: KEY, sizeBytes: content.length, version: 'm1' });
  });

  it.each<[string, number, number, boolean]>([
    ['at its begin', 0, 100, true],
    ['up to the end of what is kept of its head', KEPT_BYTES - 9, KEPT_BYTES, true],
    ['one byte beyond that', KEPT_BYTES - 9, KEPT_BYTES + 1, false],
    ['in its middle', KEPT_BYTES + 10, KEPT_BYTES + 400_000, false],
    ['from one byte before what is kept of its tail', tailStart - 1, tailStart + 9, false],
    ['from where its tail is kept', tailStart, tailStart + 9, true],
    ['at its end', content.length - 7, content.length, true],
    ['that are empty', 7, 7, true],
  ])('%s', async (_, startByte, endByte, isKept) => {
    const file = await opened(stored);
    const before = file.raw.calls.streamRange;
    const bytes = await file.source.readRange(KEY, { startByte, endByte });
    expect(Buffer.compare(bytes, content.subarray(startByte, endByte))).toBe(0);
    expect(file.raw.calls.streamRange === before).toBe(isKept);
  });

  it('gives the same from its begin to its end, and to another reader who has not opened it', async () => {
    const file = await opened(stored);
    const other = sourceOf(file.raw, { compression: 'gzip', storedBytes: 1 });
    const range = { startByte: 999, endByte: KEPT_BYTES + 999 };
    expect(Buffer.compare(await streamed(file.source.streamRange(KEY)), content)).toBe(0);
    for (const source of [file.source, other]) {
      const bytes = await streamed(source.streamRange(KEY, range));
      expect(Buffer.compare(bytes, content.subarray(999, KEPT_BYTES + 999))).toBe(0);
    }
    expect(Buffer.compare(await other.readRange(KEY, range), content.subarray(999, KEPT_BYTES + 999))).toBe(
      0,
    );
    expect(sourceOf(file.raw, { compression: null })).toBe(file.raw);
  });

  it('reads nothing for an empty range, and fails for one beyond its end', async () => {
    const file = await opened(stored);
    const before = file.raw.calls.streamRange;
    expect(await streamed(file.source.streamRange(KEY, { startByte: 9, endByte: 9 }))).toHaveLength(0);
    expect(file.raw.calls.streamRange).toBe(before);
    const beyond = { startByte: 5, endByte: content.length + 1 };
    await expect(streamed(file.source.streamRange(KEY, beyond))).rejects.toThrow(SourceChanged);
    const whole = { startByte: 5, endByte: content.length };
    expect(await streamed(file.source.streamRange(KEY, whole))).toHaveLength(content.length - 5);
  });

  it('comes in pieces that are not empty', async () => {
    const { source } = await opened(stored);
    const all = await Array.fromAsync(source.streamRange(KEY), ({ length }) => length);
    // A range that begins with the second piece of all.
    const range = { startByte: all[0]!, endByte: 2 * all[0]! };
    const lengths = await Array.fromAsync(source.streamRange(KEY, range), ({ length }) => length);
    expect(lengths).not.toContain(0);
    expect(lengths.length).toBeGreaterThan(0);
  });

  it('keeps both ends, wherever the pieces of its content end', async () => {
    const raw = new MemoryObjectStore();
    raw.replace(KEY, zipSync({ a: [content, { level: 0 }] }));
    const { readRange } = raw;
    const source = new DecompressedSource(
      {
        readRange: readRange.bind(raw),
        async *streamRange(key, range) {
          const bytes = raw.bytesOf(key).subarray(range?.startByte, range?.endByte);
          for (let at = 0; at < bytes.length; at += 300_001) yield bytes.subarray(at, at + 300_001);
        },
      },
      'zip',
    );
    const info = await source.open((await raw.head(KEY))!);
    expect(info).toMatchObject({ sizeBytes: content.length });
    for (const [startByte, endByte] of [
      [0, KEPT_BYTES],
      [tailStart, content.length],
    ] as const) {
      const bytes = await source.readRange(KEY, { startByte, endByte });
      expect(Buffer.compare(bytes, content.subarray(startByte, endByte))).toBe(0);
    }
  });

  it('that is another by then fails', async () => {
    const file = await opened(stored);
    const pinned = { pin: 'm0' };
    await expect(
      file.source.readRange(KEY, { startByte: KEPT_BYTES, endByte: KEPT_BYTES + 9 }, pinned),
    ).rejects.toThrow(SourceChanged);
  });
});

describe('a small compressed file', () => {
  it('is kept whole: head and tail are its content', async () => {
    const { source, raw } = await opened(gzipSync('0123456789'));
    const { streamRange } = raw.calls;
    expect(Buffer.from(await source.readRange(KEY, { startByte: 2, endByte: 10 })).toString()).toBe(
      '23456789',
    );
    expect(raw.calls.streamRange).toBe(streamRange);
  });

  it('may hold one byte, or none', async () => {
    for (const content of ['x', '']) {
      const { source, info } = await opened(gzipSync(content));
      expect(info).toMatchObject({ sizeBytes: content.length });
      const range = { startByte: 0, endByte: content.length };
      expect(Buffer.from(await source.readRange(KEY, range)).toString()).toBe(content);
    }
  });

  it('may be several members one after the other', async () => {
    const { info } = await opened(Buffer.concat([gzipSync('01234'), gzipSync('56789')]));
    expect(info).toMatchObject({ sizeBytes: 10 });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['empty', Buffer.alloc(0), /^empty-file: .*the file is empty/],
    ['not compressed', Buffer.from('0123456789'), /named like a gzip file and does not begin like one/],
    ['of one byte', Buffer.from([0x1f]), /does not begin like one/],
    ['begun like one', Buffer.from([0x1f, 0x8c, 8, 0]), /does not begin like one/],
    [
      'cut off',
      gzipSync(numbered(1000)).subarray(0, -9),
      /damaged or cut off after \d+ decompressed bytes.*Z_/,
    ],
    [
      'followed by something else',
      Buffer.concat([gzipSync('x'), Buffer.from('rest of it')]),
      /^compression-broken/,
    ],
  ])('that is %s is refused', async (_, stored, said) => {
    expect((await opened(stored)).said).toMatch(said);
  });

  it('that ends before the file does is refused', async () => {
    const { said } = await opened(Buffer.concat([zstdCompressSync('x'), Buffer.alloc(4)]), 'zstd');
    expect(said).toMatch(/^compression-broken/);
  });

  it('passes on what the store fails with', async () => {
    const raw = new MemoryObjectStore();
    raw.replace(KEY, gzipSync('x'));
    const stored = (await raw.head(KEY))!;
    raw.beforeCall = (operation) => {
      if (operation === 'streamRange') throw new SourceChanged({ what: 'it is gone', where: KEY });
    };
    await expect(new DecompressedSource(raw, 'gzip').open(stored)).rejects.toThrow(SourceChanged);
    raw.beforeCall = (operation) => {
      if (operation === 'streamRange') throw Object.assign(new Error('no disk'), { code: 'EIO' });
    };
    await expect(new DecompressedSource(raw, 'gzip').open(stored)).rejects.toThrow('no disk');
  });
});

describe('a file that becomes very many bytes', () => {
  it('is refused above 16 MiB and 250 times its size', async () => {
    expect((await opened(gzipSync(Buffer.alloc(16 * MIB)))).said).toBe('');
    expect((await opened(gzipSync(Buffer.alloc(16 * MIB + 1)))).said).toMatch(
      /become more than \d+, and the most is 250 times as many/,
    );
    const stored = gzipSync(Buffer.concat([numbered(400_000), Buffer.alloc(17 * MIB)]));
    expect(stored.length * 250).toBeGreaterThan(17.5 * MIB);
    expect((await opened(stored)).said).toBe('');
  });
});

describe('a file that is named like a compressed one', () => {
  it.each<[FileCompression, number[]]>([
    ['gzip', [0x1f, 0x8b]],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
    ['bzip2', [0x42, 0x5a, 0x68]],
    ['zip', [0x50, 0x4b]],
  ])('must begin like one: %s', async (compression, magic) => {
    const begun = async (first: number[]) => {
      const raw = new MemoryObjectStore();
      raw.replace(KEY, Buffer.from([...first, 0, 0]));
      return new DecompressedSource(raw, compression).begin((await raw.head(KEY))!);
    };
    expect(isRefusal(await begun(magic))).toBe(false);
    for (const index of magic.keys()) {
      const other = magic.with(index, magic[index]! ^ 1);
      expect(isRefusal(await begun(other)), `byte ${index}`).toBe(true);
    }
  });
});

describe('the checksum of a content', () => {
  it('is looked for in one byte after the first ones of zstd, and nothing more is read', async () => {
    // The flags of a frame: bit 2 says that there is a checksum, bits 0 and 1 how long the id of a dictionary is.
    for (const [flags, isChecked] of [
      [0x24, true],
      [0x25, true],
      [0x21, false],
      [0x20, false],
    ] as const) {
      const raw = new MemoryObjectStore();
      raw.replace('a.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, flags, 0, 0, 0, 0]));
      const begun = await new DecompressedSource(raw, 'zstd').begin((await raw.head('a.zst'))!);
      expect(begun).toEqual({ isChecked });
      expect(raw.bytesRead.get('a.zst')).toBe(5);
    }
  });

  const checked = async (stored: Uint8Array, key: string) => {
    const raw = new MemoryObjectStore();
    raw.replace(key, stored);
    const found = await openSource(raw, (await raw.head(key))!);
    return isRefusal(found) ? found.code : found.warnings.length;
  };

  it('is missing only in zstd, if its writer was told so', async () => {
    const params = { [constants.ZSTD_c_checksumFlag]: 1 };
    expect(await checked(zstdCompressSync('x', { params }), 'a.zst')).toBe(1);
    expect(await checked(zstdCompressSync('x'), 'a.zst')).toBe(2);
    expect(await checked(gzipSync('x'), 'a.gz')).toBe(1);
    expect(await checked(Buffer.from('x'), 'a.txt')).toBe(0);
    expect(await checked(Buffer.from('x'), 'a.gz')).toBe('compression-broken');
  });

  it.each([
    ['a.gz', 'gzip'],
    ['A.GZ', 'gzip'],
    ['a.zst', 'zstd'],
    ['a.bz2', 'bzip2'],
    ['a.zip', 'zip'],
    ['a.gz.txt', undefined],
    ['gz', undefined],
  ])('is looked for by the name %s: %s', (key, compression) => {
    expect(compressionOf(key)).toBe(compression);
  });
});
