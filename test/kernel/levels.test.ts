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
