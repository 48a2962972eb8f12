import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { StreamChecksum } from '../../shared/kernel/stream-checksum.ts';
import { crc64nvme } from '../../shared/ranges/crc64nvme.ts';

test('the checksum equals CRC-64/NVME computed outside the kernel, for any pieces inside or outside its memory', () => {
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
