import { expect, test, vi } from 'vitest';
import { decompressedPage } from '../../tools/package/older-zlib.ts';
import { expectForeignFrameRead, expectPagesRead } from '../support/stored-pages.ts';

const calls = vi.hoisted(() => ({ count: 0 }));
// As with a Node that has no Zstandard.
vi.mock('node:zlib', async (original) => {
  const zlib = await original<typeof import('node:zlib')>();
  return {
    ...zlib,
    zstdDecompressSync(frame: Uint8Array) {
      calls.count++;
      return decompressedPage(frame);
    },
  };
});

test('a Node without Zstandard reads pages as well, and refuses damaged ones', () => {
  expectPagesRead('zstd', 300);
  expectPagesRead('zstd-fast', 300);
  // What is damaged, the library judges; the rest the kernel has read.
  expect(calls.count).toBeGreaterThan(100);
  expectForeignFrameRead();
});
