import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { snappyUncompress } from 'hysnappy';
import { describe, expect, test } from 'vitest';
import { KernelMemoryExceeded } from '../../shared/errors.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { StreamChecksum } from '../../shared/kernel/stream-checksum.ts';
import { crc64nvme } from '../../shared/ranges/crc64nvme.ts';
import { compileKernel, GENERATED_FOLDER } from '../../tools/kernel/compile-kernel.ts';

test('the compiled kernel and its signatures are those of shared/kernel/assembly', async () => {
  for (const [name, text] of Object.entries(await compileKernel())) {
    const committed = await readFile(new URL(name, GENERATED_FOLDER), 'utf8');
    expect(committed === text, `${name} is not what assembly/ compiles to: run npm run kernel`).toBe(true);
  }
});

describe('memory', () => {
  test('what is given back is handed out again, and nothing twice', () => {
    const kernel = new Kernel();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300_000 }), { maxLength: 40 }), (sizes) => {
        kernel.reset();
        const live = new Map<number, number>();
        for (const [index, size] of sizes.entries()) {
          const address = kernel.allocate(size);
          for (const [other, otherSize] of live) {
            expect(address + size <= other || other + otherSize <= address).toBe(true);
          }
          expect(address + size).toBeLessThanOrEqual(kernel.bytes.length);
          live.set(address, size);
          if (index % 3 === 2) {
            const [first] = live.keys();
            kernel.release(first!, live.get(first!)!);
            live.delete(first!);
          }
        }
        for (const [address, size] of live) kernel.release(address, size);
        expect(kernel.usedBytes).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});

test('CRC-64/NVME of the kernel is that of the one beside it, in any pieces, from inside and outside its memory', () => {
  const kernel = new Kernel();
  const bytes = Uint8Array.from(
    { length: 70_000 },
    (_, index) => (Math.imul(index, 2_654_435_761) >>> 11) & 255,
  );
  const address = kernel.place(bytes);
  const { usedBytes } = kernel;
  const length = fc.oneof(fc.nat(40), fc.nat(3000), fc.nat(20_000));
  fc.assert(
    fc.property(fc.array(fc.tuple(length, fc.boolean()), { maxLength: 8 }), fc.nat(9), (pieces, start) => {
      const checksum = new StreamChecksum(kernel);
      let at = start;
      for (const [wanted, inside] of pieces) {
        const count = Math.min(wanted, bytes.length - at);
        if (inside) checksum.addAt(address + at, count);
        else checksum.add(bytes.subarray(at, at + count));
        at += count;
      }
      expect(checksum.finish()).toBe(crc64nvme(bytes.subarray(start, at)));
      expect(kernel.usedBytes).toBe(usedBytes);
    }),
    { numRuns: 300 },
  );
});

describe('what does not hold what it should', () => {
  const kernel = new Kernel();

  test('Snappy: any bytes are uncompressed to the length they declare, or refused; nothing is written beyond', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      // Right lengths in front, so that what follows is looked at.
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

  test('levels, indexes and texts of a page: refused or within bounds', () => {
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

  test('more than it can hold is an error that says so', () => {
    for (const byteCount of [
      2 ** 30 + 1,
      2 ** 31,
      2 ** 32 + 1,
      2 ** 40,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]) {
      expect(() => new Kernel().allocate(byteCount)).toThrow(KernelMemoryExceeded);
    }
  });
});
