import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';

const BYTES = 1024;

/** Levels as the kernel packs them into memory that holds `before` everywhere. */
function packed(kernel: Kernel, levels: number[], bitWidth: number, before: number): Uint8Array {
  const from = kernel.allocate(BYTES);
  const out = kernel.allocate(BYTES);
  kernel.bytes.fill(before, from, from + BYTES);
  kernel.bytes.set(levels, from);
  kernel.bytes.fill(before, out, out + BYTES);
  const length = kernel.call.writeEntryLevels(from, levels.length, bitWidth, out);
  const bytes = kernel.bytes.slice(out, out + length);
  kernel.release(from, BYTES);
  kernel.release(out, BYTES);
  return bytes;
}

/** One run of packed bits or one of equal values, as Encodings.md of Parquet says. */
function unpacked(bytes: Uint8Array, count: number, bitWidth: number): number[] {
  let at = 4;
  let header = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    header |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if ((header & 1) === 0) return new Array(count).fill(bytes[at]);
  return Array.from({ length: count }, (_, index) => {
    const bit = index * bitWidth;
    return (bytes[at + (bit >> 3)]! >> (bit & 7)) & ((1 << bitWidth) - 1);
  });
}

test.each([1, 2])('levels of %i bits do not depend on what the memory of a used kernel holds', (bitWidth) => {
  const kernel = new Kernel();
  const level = fc.integer({ min: 0, max: bitWidth === 1 ? 1 : 3 });
  fc.assert(
    fc.property(fc.array(level, { minLength: 1, maxLength: 200 }), (levels) => {
      const clean = packed(kernel, levels, bitWidth, 0);
      expect(packed(kernel, levels, bitWidth, 0xff)).toEqual(clean);
      expect(unpacked(clean, levels.length, bitWidth)).toEqual(levels);
    }),
  );
});

test('indexes of every width are packed one after the other', () => {
  const kernel = new Kernel();
  const from = kernel.allocate(BYTES);
  const out = kernel.allocate(BYTES);
  const drawn = fc.integer({ min: 1, max: 15 }).chain((bitWidth) =>
    fc.record({
      bitWidth: fc.constant(bitWidth),
      indexes: fc.array(fc.nat(2 ** bitWidth - 1), { minLength: 2, maxLength: 300 }),
    }),
  );
  fc.assert(
    fc.property(drawn, ({ bitWidth, indexes }) => {
      if (new Set(indexes).size === 1) return;
      kernel.bytes.set(new Uint8Array(Uint16Array.from(indexes).buffer), from);
      const length = kernel.call.writeIndexes(from, indexes.length, bitWidth, out);
      const groups = Math.ceil(indexes.length / 8);
      const headBytes = groups < 64 ? 2 : 3;
      expect(length).toBe(headBytes + groups * bitWidth);
      const bits = kernel.bytes.slice(out + headBytes, out + length);
      const bitOf = (bit: number) => (bits[bit >> 3]! >> (bit & 7)) & 1;
      const found = indexes.map((_, index) =>
        Array.from({ length: bitWidth }, (_, bit) => bitOf(index * bitWidth + bit) << bit).reduce(
          (a, b) => a + b,
        ),
      );
      expect(found).toEqual(indexes);
      // Zeros fill up the last group.
      for (let bit = indexes.length * bitWidth; bit < groups * 8 * bitWidth; bit++)
        expect(bitOf(bit)).toBe(0);
    }),
  );
});
