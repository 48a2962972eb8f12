import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CompressedDataBad } from '../../shared/compression/bit-reader.ts';
import { bunzip2 } from '../../shared/compression/bunzip2.ts';

/** Two streams, one after the other, as the bz2 module of Python writes them. */
const TWO_STREAMS =
  'QlpoOTFBWSZTWeoc3msAAIvcAAAQQAAwACABIAAwwAKVDJ4TBPBME0TRME+LuSKcKEh1Dm81gEJaaDkxQVkmU1kkv0E2AAAKXAAAEEAADAAwICAAIj1GEIYBDFgykKeLuSKcKEgSX6CbAA==';

/** The bzip2 command, which users have; undefined if this machine lacks it. */
function bzip2(bytes: Uint8Array, level = 9): Buffer | undefined {
  const { error, status, stdout } = spawnSync('bzip2', ['-z', '-c', `-${level}`], {
    input: bytes,
    maxBuffer: 1e8,
  });
  return error || status !== 0 ? undefined : stdout;
}
const isHere = bzip2(new Uint8Array(1)) !== undefined;

async function* pieces(bytes: Uint8Array, pieceBytes: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function read(bytes: Uint8Array, pieceBytes = 64 * 1024): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of bunzip2(pieces(bytes, pieceBytes))) found.push(piece);
  return Buffer.concat(found);
}

/** Runs of every length, since four equal bytes are followed by a count, and bytes of a few kinds between them. */
const content = fc
  .array(
    fc.oneof(
      fc
        .tuple(fc.constantFrom(0, 32, 65, 255), fc.integer({ min: 1, max: 600 }))
        .map(([byte, count]) => Buffer.alloc(count, byte)),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.concat(parts));

describe('bzip2', () => {
  test('several streams in one file are read as one', async () => {
    const bytes = Buffer.from(TWO_STREAMS, 'base64');
    expect((await read(bytes, 7)).toString()).toBe(`${'ANA  12\n'.repeat(40)}${'BIA  34\n'.repeat(3)}`);
  });

  test('what the bzip2 command wrote is read back', async (context) => {
    context.skip(!isHere, 'this machine has no bzip2');
    await fc.assert(
      fc.asyncProperty(content, fc.integer({ min: 1, max: 9 }), async (bytes, level) => {
        expect((await read(bzip2(bytes, level)!, 1000)).equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('many blocks are read, and runs across their edges', async (context) => {
    context.skip(!isHere, 'this machine has no bzip2');
    const line = Buffer.from('0000010000000100    AAAAAAAA\n');
    const bytes = Buffer.alloc(1_500_000, line);
    bytes.fill(0x41, 400_000, 900_000);
    for (let at = 0; at < 300_000; at++) bytes[at] = (at * 2654435761) >>> 24;
    expect((await read(bzip2(bytes, 1)!)).equals(bytes)).toBe(true);
  });

  test('a file that is cut off, damaged or followed by other bytes is refused', async () => {
    const bytes = Buffer.from(TWO_STREAMS, 'base64');
    const whole = await read(bytes);
    const firstStream = bytes.indexOf('BZh', 3);
    for (let end = 1; end < bytes.length; end++) {
      if (end !== firstStream)
        await expect(read(bytes.subarray(0, end)), `${end}`).rejects.toThrow(CompressedDataBad);
    }
    await expect(read(Buffer.concat([bytes, Buffer.from('\n')]))).rejects.toThrow(CompressedDataBad);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const found = await read(damaged).catch((error: unknown) => error);
      // The bits that fill up the last byte, and the size of the blocks, say nothing about the content.
      if (found instanceof Buffer) expect(found.equals(whole)).toBe(true);
      else expect(found).toBeInstanceOf(CompressedDataBad);
    }
  });
});
