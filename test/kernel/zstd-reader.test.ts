import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { VALUES_ANY, VALUES_INT64, VALUES_TEXT } from '../../shared/kernel/shapes.ts';

const kernel = new Kernel();
const GUARD_BYTES = 64;

/** What the kernel makes of a frame of `length` bytes; undefined if it leaves the frame to a library. It writes nothing around them. */
function uncompressed(frame: Uint8Array, length: number): Uint8Array | undefined {
  kernel.reset();
  const room = kernel.allocate(length + 2 * GUARD_BYTES);
  kernel.bytes.fill(0xa5, room, room + length + 2 * GUARD_BYTES);
  const out = room + GUARD_BYTES;
  // At the end of what was allocated: what follows is not read, or does not matter.
  const worked = kernel.call.uncompressZstd(kernel.place(frame), frame.length, out, length);
  for (const from of [room, out + length]) {
    expect(kernel.bytes.subarray(from, from + GUARD_BYTES).every((byte) => byte === 0xa5)).toBe(true);
  }
  return worked ? kernel.bytes.slice(out, out + length) : undefined;
}

/** What the library makes of it; undefined if it refuses. */
function judged(frame: Uint8Array): Uint8Array | undefined {
  try {
    return zstdDecompressSync(frame, { maxOutputLength: 2 ** 22 });
  } catch {
    return undefined;
  }
}

function compressed(bytes: Uint8Array, level: number, more: Record<number, number> = {}): Buffer {
  const params = { [constants.ZSTD_c_compressionLevel]: level, ...more };
  return zstdCompressSync(bytes, { params, pledgedSrcSize: bytes.length });
}

/** A frame of `length` bytes in one compressed block. */
function oneBlock(length: number, block: readonly number[]): Uint8Array {
  return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, length, 5 | (block.length << 3), 0, 0, ...block);
}

const levels = fc.constantFrom(-7, 1, 3, 6, 9, 15, 19);

/** Bytes of many kinds: noise of few and many kinds of bytes, some of them rare, pieces that come again from near and far. */
const contents = fc
  .record({
    length: fc.oneof(fc.nat(300), fc.nat(5000), fc.nat(200_000)),
    kinds: fc.integer({ min: 1, max: 256 }),
    rare: fc.integer({ min: 1, max: 7 }),
    again: fc.constantFrom(0, 0, 0.001, 0.02, 0.2),
    seed: fc.nat(),
  })
  .map(({ length, kinds, rare, again, seed }) => {
    let state = seed | 1;
    const share = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return (state >>> 0) / 2 ** 32;
    };
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; ) {
      if (at > 3 && share() < again) {
        const back = 1 + Math.floor(share() ** 4 * (at - 1));
        for (let left = 3 + Math.floor(share() ** 6 * 60_000); left > 0 && at < length; left--, at++) {
          bytes[at] = bytes[at - back]!;
        }
      } else bytes[at++] = Math.floor(share() ** rare * kinds);
    }
    return bytes;
  });

describe('the reader of Zstandard', () => {
  it('reads what the library wrote at any level', () => {
    fc.assert(
      fc.property(contents, levels, (bytes, level) => {
        expect(Buffer.compare(uncompressed(compressed(bytes, level), bytes.length)!, bytes)).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('reads what the kernel wrote, as values of any kind', () => {
    const forms = fc.constantFrom(VALUES_ANY, VALUES_TEXT, VALUES_INT64);
    fc.assert(
      fc.property(
        contents,
        forms,
        fc.nat(20),
        fc.constantFrom(0, 20, 101),
        (bytes, form, valuesAt, saved) => {
          kernel.reset();
          const from = kernel.allocate(bytes.length + 128) + 64;
          kernel.bytes.set(bytes, from);
          const out = kernel.allocate(bytes.length * 2 + 1024);
          const at = Math.min(valuesAt, bytes.length);
          const length = kernel.call.compressZstd(from, bytes.length, out, at, form, saved);
          const frame = kernel.bytes.slice(out, out + length);
          // The shortest ones are left to the library.
          const read = uncompressed(frame, bytes.length) ?? judged(frame);
          expect(Buffer.compare(read!, bytes)).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('takes a damaged frame only for what the library takes it for', () => {
    const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const changes = fc.array(fc.tuple(place, fc.boolean(), fc.nat(7)), { minLength: 1, maxLength: 3 });
    let read = 0;
    fc.assert(
      fc.property(contents, levels, changes, fc.nat(9), (bytes, level, damages, cut) => {
        const frame = compressed(bytes, level);
        // Heads, codes and tables are at the beginning.
        for (const [place, isEarly, bit] of damages) {
          frame[Math.floor((isEarly ? place ** 4 : place) * frame.length)]! ^= 1 << bit;
        }
        const left = frame.subarray(0, cut === 0 ? frame.length >> 1 : frame.length);
        const found = uncompressed(left, bytes.length);
        if (!found) return;
        read++;
        expect(Buffer.compare(found, judged(left)!)).toBe(0);
      }),
      { numRuns: 600 },
    );
    // Some 24 of 600: a bit of a raw block, or of codes that are equally long, changes nothing else.
    expect(read).toBeGreaterThan(0);
  });

  it('takes streams that are not used up, and codes without a longest one, for damage', () => {
    // "abcd", and a match of 34 bytes one back, whose codes have no bits: a stream of nothing but the bit that ends it.
    const sequence = [0x20, ...Buffer.from('abcd'), 1, 0x54, 4, 0, 31];
    expect(Buffer.from(uncompressed(oneBlock(38, [...sequence, 1]), 38)!).toString()).toBe(
      `abc${'d'.repeat(35)}`,
    );
    // Weights of three bytes, from which that of the fourth follows, and 16 codes of two bits each.
    const coded = (weights: number[]) => [2, 1, 2, 0x82, ...weights, 0x1b, 0x1b, 0x1b, 0x1b, 1, 0];
    expect(uncompressed(oneBlock(16, coded([0x11, 0x10])), 16)).toBeDefined();
    const damaged: [number, number[]][] = [
      [38, [...sequence, 0, 1]],
      [38, [...sequence, 3]],
      [38, [...sequence, 0]],
      [16, coded([0x22, 0x20])],
    ];
    for (const [length, block] of damaged) {
      expect(uncompressed(oneBlock(length, block), length)).toBeUndefined();
      expect(judged(oneBlock(length, block))).toBeUndefined();
    }
  });

  it('takes bytes of no meaning for none', () => {
    const heads = fc.constantFrom([0x20, 40], [0x00, 0x58], [0x60, 200, 0], [0xa0, 0, 1, 0, 0], []);
    fc.assert(
      fc.property(
        heads,
        fc.uint8Array({ maxLength: 80 }),
        fc.constantFrom(40, 200, 256, 456),
        (head, rest, length) => {
          const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, ...head, ...rest);
          const found = uncompressed(frame, length);
          if (found) expect(Buffer.compare(found, judged(frame)!)).toBe(0);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('leaves to the library what says another length, has a checksum, no length, a window smaller than itself, or another frame after it', () => {
    const bytes = Buffer.from('SILVA SANTOS '.repeat(90));
    const frame = compressed(bytes, 3);
    expect(uncompressed(frame, bytes.length)).toEqual(new Uint8Array(bytes));
    for (const length of [0, bytes.length - 1, bytes.length + 1])
      expect(uncompressed(frame, length)).toBeUndefined();
    const others = [
      compressed(bytes, 3, { [constants.ZSTD_c_checksumFlag]: 1 }),
      compressed(bytes, 3, { [constants.ZSTD_c_contentSizeFlag]: 0 }),
      compressed(bytes, 3, { [constants.ZSTD_c_windowLog]: 10 }),
      Buffer.concat([frame, frame]),
      frame.subarray(0, -1),
    ];
    for (const other of others) expect(uncompressed(other, bytes.length)).toBeUndefined();
  });
});
