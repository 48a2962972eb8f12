import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KernelMemoryExceeded } from '../../shared/errors.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { compileKernel, GENERATED_FOLDER } from '../../tools/kernel/compile-kernel.ts';

test('the compiled kernel and its signatures are up to date with shared/kernel/assemblyscript', async () => {
  for (const [name, text] of Object.entries(await compileKernel())) {
    const committed = await readFile(new URL(name, GENERATED_FOLDER), 'utf8');
    expect(committed === text, `${name} is not what assembly/ compiles to: run npm run kernel`).toBe(true);
  }
});

describe('memory of the kernel', () => {
  test('is allocated again once released, and never twice at the same time', () => {
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
          if (index % 3 !== 2) continue;
          for (const [first, firstSize] of live) {
            kernel.release(first, firstSize);
            live.delete(first);
            break;
          }
        }
        for (const [address, size] of live) kernel.release(address, size);
        expect(kernel.usedBytes).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test('fails to allocate more than it can hold', () => {
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
