import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChainShape, rdwChain } from '../../shared/ranges/record-chain.ts';
import { followAllOffsets, guessLink } from '../../shared/ranges/record-chain-search.ts';
import { CHAIN_FORMATS, chainFile } from '../support/chain-file.ts';

/** Offsets of `window` whose chain holds for `minimumLinks` records or blocks; the last of those may leave the window. */
function candidateOffsets(window: Uint8Array, shape: ChainShape, minimumLinks: number): number[] {
  const { depths } = followAllOffsets(window, shape);
  return [...depths.keys()].filter((at) => depths[at]! >= minimumLinks);
}

describe('searching for a chain', () => {
  test.each(CHAIN_FORMATS)('finds $name records again from the middle of a file', (format) => {
    const { shape } = format;
    const headBytes = Math.max(shape.record.headBytes, shape.block?.headBytes ?? 0);
    const lengthBytes = (index: number) => 40 + ((index * 37) % 90);
    const data = Array.from({ length: 400 }, (_, index) =>
      Uint8Array.from({ length: lengthBytes(index) }, (_, at) => 0xc1 + ((index + at) % 40)),
    );
    const { bytes, links } = chainFile(format, data, 0, [5, 2]);
    for (const from of [1, 77, 4001, 9000]) {
      const window = bytes.subarray(from, from + 8192);
      const candidates = candidateOffsets(window, shape, 4);
      for (const link of links.filter((at) => at >= from && at < from + 4000)) {
        expect(candidates).toContain(link - from);
      }
      const guess = guessLink(window, shape, 4);
      expect(guess!.offset).toBeGreaterThanOrEqual(window.length - headBytes + 1);
      expect(links).toContain(from + guess!.offset);
      expect(guess!.supporterCount).toBeGreaterThan(5);
    }
  });

  test('gives no guess if no chain holds', () => {
    const text = new Uint8Array(5000).fill(0xc1);
    expect(candidateOffsets(text, rdwChain(), 2)).toEqual([]);
    expect(guessLink(text, rdwChain(), 2)).toBeUndefined();
    expect(guessLink(new Uint8Array(2), rdwChain(), 1)).toBeUndefined();
  });

  test('counts exactly the offsets from which the chain holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0, 0, 4, 5, 6, 8, 9), { minLength: 4, maxLength: 120 }),
        fc.integer({ min: 1, max: 5 }),
        (bytes, minimumLinks) => {
          const window = Uint8Array.from(bytes);
          const holds = (offset: number): boolean => {
            let at = offset;
            for (let link = 0; ; link++) {
              if (at + 4 > window.length) return link >= minimumLinks;
              const length = window[at]! * 256 + window[at + 1]!;
              if (length < 4 || window[at + 2] !== 0 || window[at + 3] !== 0) return false;
              at += length;
            }
          };
          expect(candidateOffsets(window, rdwChain(), minimumLinks)).toEqual(
            [...bytes.keys()].filter((at) => at + 4 <= bytes.length && holds(at)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
