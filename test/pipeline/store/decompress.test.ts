import { constants, crc32, createGunzip, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import {
  type Consumed,
  decompress,
  isZlibError,
  through,
} from '../../../shared/pipeline/store/decompress.ts';
import { DecompressedSource } from '../../../shared/pipeline/store/decompressed-source.ts';
import { isRefusal } from '../../../shared/refusal.ts';
import type { FileCompression } from '../../../shared/run/file-plan.ts';
import { noise } from '../../support/noise.ts';

const KEY = 'night.bin';
const KIB = 1024;

function storeWith(stored: Uint8Array) {
  const raw = new MemoryObjectStore();
  raw.replace(KEY, stored);
  return { raw, file: { raw, key: KEY, sizeBytes: stored.length } };
}

/** `ANA  12` in forty lines and `BIA  34` in three, each a stream of its own, as the bz2 module of Python writes them. */
const BZIP2 =
  'QlpoOTFBWSZTWeoc3msAAIvcAAAQQAAwACABIAAwwAKVDJ4TBPBME0TRME+LuSKcKEh1Dm81gEJaaDkxQVkmU1kkv0E2AAAKXAAAEEAADAAwICAAIj1GEIYBDFgykKeLuSKcKEgSX6CbAA==';

/** A stream of small pieces, and how many of them were taken. */
function inPieces(bytes: Uint8Array, pieceBytes: number) {
  const taken = { count: 0 };
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      taken.count++;
      yield bytes.subarray(at, at + pieceBytes);
    }
  }
  return { pieces: pieces(), taken };
}

describe('a stream of compressed bytes', () => {
  it.each<[FileCompression, Buffer]>([
    ['gzip', gzipSync(Buffer.alloc(1024 * KIB))],
    ['zstd', zstdCompressSync(Buffer.alloc(1024 * KIB))],
  ])('of %s comes in pieces of at most 256 KiB, and says how much of it was consumed', async (compression, bytes) => {
    const { file } = storeWith(bytes);
    const counted: Consumed = {};
    const lengths: number[] = [];
    for await (const piece of decompress(file, compression, {}, counted)) lengths.push(piece.length);
    expect(Math.max(...lengths)).toBe(256 * KIB);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(1024 * KIB);
    expect(counted.bytes).toBe(bytes.length);
  });

  it('of bzip2 is read through', async () => {
    const bytes = Buffer.from(BZIP2, 'base64');
    const { file } = storeWith(bytes);
    const counted: Consumed = {};
    const found = await Array.fromAsync(decompress(file, 'bzip2', {}, counted), (chunk) =>
      Buffer.from(chunk),
    );
    expect(Buffer.concat(found).toString()).toBe(`${'ANA  12\n'.repeat(40)}${'BIA  34\n'.repeat(3)}`);
    expect(counted.bytes).toBe(bytes.length);
  });

  it('is read no further once its reader has stopped, and its engine is gone', async () => {
    const { pieces, taken } = inPieces(gzipSync(noise(500_000)), 1000);
    const engine = createGunzip();
    for await (const _ of through(engine, pieces, {})) break;
    expect(engine.destroyed).toBe(true);
    expect(taken.count).toBeLessThan(100);
  });

  it('leaves no engine behind, whether it ends, is damaged, or its source fails', async () => {
    const bytes = gzipSync('0123456789');
    const whole = createGunzip();
    const counted: Consumed = {};
    await Array.fromAsync(through(whole, inPieces(bytes, 7).pieces, counted));
    expect([whole.destroyed, counted.bytes]).toEqual([true, bytes.length]);
    const cut = createGunzip();
    const reading = Array.fromAsync(through(cut, inPieces(bytes.subarray(0, -9), 7).pieces, {}));
    expect(await reading.catch(isZlibError)).toBe(true);
    expect(cut.destroyed).toBe(true);
    const broken = createGunzip();
    async function* failing(): AsyncIterable<Uint8Array> {
      yield bytes.subarray(0, 7);
      throw Object.assign(new Error('no disk'), { code: 'EIO' });
    }
    await expect(Array.fromAsync(through(broken, failing(), {}))).rejects.toThrow('no disk');
    expect(broken.destroyed).toBe(true);
  });

  it('that ends before its source does gives what it had', async () => {
    const { pieces } = inPieces(Buffer.concat([gzipSync('0123456789'), Buffer.alloc(5000)]), 1000);
    const found = await Array.fromAsync(through(createGunzip(), pieces, {}), (chunk) => Buffer.from(chunk));
    expect(Buffer.concat(found).toString()).toBe('0123456789');
  });
});

it.each([
  ['of zlib', Object.assign(new Error(), { code: 'Z_DATA_ERROR' }), true],
  ['of zstd', Object.assign(new Error(), { code: 'ZSTD_error_corruption_detected' }), true],
  ['of a disk', Object.assign(new Error(), { code: 'EZ_' }), false],
  ['with a number', Object.assign(new Error(), { code: 7 }), false],
  ['without a code', new Error('Z_'), false],
  ['that is no error', { code: 'Z_DATA_ERROR' }, false],
])('an error %s is one of bad data: %s', (_, error, expected) => {
  expect(isZlibError(error)).toBe(expected);
});

/** An archive of one member, as its directory describes it, whatever its bytes are. */
function archive(
  stored: Uint8Array,
  { method = 8, sizeBytes, crc }: { method?: 0 | 8; sizeBytes: number; crc: number },
): Buffer {
  const described = Buffer.alloc(16);
  described.writeUInt32LE(crc, 4);
  described.writeUInt32LE(stored.length, 8);
  described.writeUInt32LE(sizeBytes, 12);
  const u16 = (...values: number[]) => Buffer.from(Uint16Array.from(values).buffer);
  const u32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
  // Version, flags, method; time and date are zero; then what is described, and the length of the name.
  const common = Buffer.concat([u16(20, 0, method), described, u16(1, 0)]);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from('a'), stored]);
  const entry = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    u16(20),
    common,
    u16(0, 0, 0),
    u32(0, 0),
    Buffer.from('a'),
  ]);
  const end = Buffer.concat([
    Buffer.from('PK\x05\x06'),
    u16(0, 0, 1, 1),
    u32(entry.length, local.length),
    u16(0),
  ]);
  return Buffer.concat([local, entry, end]);
}

describe('the member of a zip archive', () => {
  const content = Buffer.from('0000010000000100\n'.repeat(3));
  const whole = { sizeBytes: content.length, crc: crc32(content) };

  async function opened(bytes: Uint8Array) {
    const { raw } = storeWith(bytes);
    const source = new DecompressedSource(raw, 'zip');
    const info = await source.open((await raw.head(KEY))!);
    return { raw, said: isRefusal(info) ? info.message : info.sizeBytes };
  }

  it.each<[string, Buffer, unknown]>([
    ['is read deflated', archive(deflateRawSync(content), whole), content.length],
    ['is read stored', archive(content, { ...whole, method: 0 }), content.length],
    [
      'with other bytes after its data is refused',
      archive(Buffer.concat([deflateRawSync(content), Buffer.alloc(3)]), whole),
      expect.stringContaining('something else follows the data of its member'),
    ],
    [
      'of another size than it says is refused',
      archive(deflateRawSync(content), { ...whole, sizeBytes: 7 }),
      expect.stringContaining('the checksum of its member is another'),
    ],
    [
      'of another checksum than it says is refused',
      archive(content, { ...whole, method: 0, crc: 7 }),
      expect.stringContaining('after 51 decompressed bytes: the checksum of its member is another'),
    ],
    [
      'that has one byte says so when it is refused',
      archive(Buffer.from('x'), { sizeBytes: 1, crc: 7, method: 0 }),
      expect.stringContaining('it cannot be read as zip, after 1 decompressed bytes: the checksum'),
    ],
    [
      'that is refused before its first byte',
      archive(Buffer.alloc(0), { sizeBytes: 1, crc: 7, method: 0 }),
      expect.stringContaining('it cannot be read as zip: the checksum of its member is another'),
    ],
  ])('%s', async (_, bytes, said) => {
    expect((await opened(bytes)).said).toEqual(said);
  });

  it.each([0, 8] as const)('that is empty reads nothing, whatever its method is: %s', async (method) => {
    const { raw, said } = await opened(archive(Buffer.alloc(0), { sizeBytes: 0, crc: 0, method }));
    expect(said).toBe(0);
    expect(raw.calls.streamRange).toBeUndefined();
  });

  it('comes in pieces of at most 256 KiB', async () => {
    const zeros = Buffer.alloc(1024 * KIB);
    const deflated = deflateRawSync(zeros, { level: constants.Z_BEST_SPEED });
    const { file } = storeWith(archive(deflated, { sizeBytes: zeros.length, crc: crc32(zeros) }));
    const lengths: number[] = [];
    for await (const piece of decompress(file, 'zip', {}, {})) lengths.push(piece.length);
    expect(Math.max(...lengths)).toBe(256 * KIB);
  });
});
