import fc from 'fast-check';
import { snappyUncompress } from 'hysnappy';
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';

describe('the kernel reads damaged input safely', () => {
  const kernel = new Kernel();

  test('any bytes are uncompressed as Snappy to the given length, or refused; nothing is written outside the output', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      // With a right length in front, so that the reader goes on to what follows.
      fc
        .tuple(fc.nat(100), fc.uint8Array({ maxLength: 60 }))
        .map(([length, rest]) => Uint8Array.of(length, ...rest)),
    );
    fc.assert(
      fc.property(hostile, fc.nat(100), (bytes, outLength) => {
        kernel.reset();
        const from = kernel.allocate(bytes.length + 64);
        kernel.bytes.set(bytes, from);
        const out = kernel.allocate(256) + 64;
        kernel.bytes.fill(0xaa, out - 64, out + 192);
        const worked = kernel.call.uncompressSnappy(from, bytes.length, out, outLength);
        expect(kernel.bytes.subarray(out - 64, out).every((byte) => byte === 0xaa)).toBe(true);
        expect(kernel.bytes.subarray(out + outLength, out + 192).every((byte) => byte === 0xaa)).toBe(true);
        if (worked) {
          const expected = snappyUncompress(bytes, outLength);
          expect(Buffer.compare(kernel.bytes.subarray(out, out + outLength), expected)).toBe(0);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('levels, indexes and texts of a page are refused, or read within bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 60 }), (bytes, count) => {
        kernel.reset();
        const at = kernel.allocate(bytes.length + 64);
        kernel.bytes.set(bytes, at);
        const end = at + bytes.length;
        const out = kernel.allocate(1024);
        const untouched = (from: number) =>
          kernel.bytes.subarray(out + from, out + 1024).every((byte) => byte === 0xaa);
        kernel.bytes.fill(0xaa, out, out + 1024);
        const present = kernel.call.readLevels(at, end, count, out);
        expect(present).toBeLessThanOrEqual(count);
        expect(untouched(count)).toBe(true);
        kernel.bytes.fill(0xaa, out, out + 1024);
        if (kernel.call.readIndexes(at, end, count, 5, out)) {
          for (let index = 0; index < count; index++)
            expect(kernel.view.getUint16(out + index * 2, true)).toBeLessThan(5);
        }
        expect(untouched(count * 2)).toBe(true);
        if (kernel.call.readTexts(at, end, count, out)) {
          for (let index = 0; index < count; index++) {
            const text = kernel.view.getUint32(out + index * 8, true);
            expect(text).toBeGreaterThanOrEqual(at);
            expect(text + kernel.view.getUint32(out + index * 8 + 4, true)).toBeLessThanOrEqual(end);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});
