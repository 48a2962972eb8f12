import { expect, test } from 'vitest';
import { bdwChain, rdwChain } from '../../shared/ranges/record-chain.ts';
import { followAllOffsets, guessLink } from '../../shared/ranges/record-chain-search.ts';

const record = (length: number) => [length >> 8, length & 255, 0, 0, ...Array(length - 4).fill(0xc1)];
const bytes = (...parts: number[][]) => Uint8Array.from(parts.flat());

test('from each offset, the links up to the end of the window are counted, and where the chain goes on after it', () => {
  const window = bytes([0xee], record(5), record(4), record(6).slice(0, 4));
  const { depths, exits } = followAllOffsets(window, rdwChain());
  // At the last three bytes no word can be whole. Byte 7 looks like a record of 1,024 bytes.
  expect([...depths]).toEqual([0, 3, 0, 0, 0, 0, 2, 1, 0, 0, 1]);
  expect([exits[1], exits[6], exits[7], exits[10]]).toEqual([16, 16, 7 + 1024, 16]);
});

test('a chain may go on where no word can be whole any more', () => {
  const { depths, exits } = followAllOffsets(bytes(record(4), [0xc1, 0xc1, 0xc1]), rdwChain());
  expect([depths[0], exits[0]]).toEqual([1, 4]);
});

test('a chain may have more links than are counted', () => {
  const { depths } = followAllOffsets(bytes(...Array(300).fill(record(4))), rdwChain());
  expect([depths[0], depths[4 * 45], depths[4 * 46], depths[4 * 299]]).toEqual([255, 255, 254, 1]);
});

test('lengths that no record can have are no links', () => {
  const one = (length: number) =>
    followAllOffsets(bytes([length >> 8, length & 255, 0, 0]), rdwChain({}, 10)).depths[0];
  expect([3, 4, 14, 15].map(one)).toEqual([0, 1, 1, 0]);
});

test('a block is a link only if its records fill it, as far as they are in the window', () => {
  const depthOf = (...parts: number[][]) => followAllOffsets(bytes(...parts), bdwChain()).depths[0];
  const block = (length: number) => [length >> 8, length & 255, 0, 0];
  expect(depthOf(block(13), record(5), record(4))).toBe(1);
  expect(depthOf(block(12), record(5), record(4))).toBe(0);
  // The rest of a block lies after the window.
  expect(depthOf(block(40), record(5), record(4))).toBe(1);
  expect(depthOf(block(40), record(5), [0, 9])).toBe(1);
  expect(depthOf(block(40), record(5), [0, 3, 0, 0])).toBe(0);
  expect(depthOf(block(40), record(5), [0, 9, 0, 0])).toBe(1);
  expect(depthOf(block(40), record(5), [0, 50, 0, 0])).toBe(0);
  expect(depthOf(block(8), [0, 4, 0, 0])).toBe(1);
  expect(depthOf(block(8), [0xff, 0xff, 0, 0])).toBe(0);
  // A record is no longer than one may be.
  const upTo10 = (length: number) =>
    followAllOffsets(bytes(block(40), [0, length, 0, 0]), bdwChain({}, {}, 10)).depths[0];
  expect([upTo10(14), upTo10(15)]).toEqual([1, 0]);
});

test('the place to which most chains lead is guessed, the first of several, if they have links enough', () => {
  const window = bytes(record(8), record(8), record(8), record(8));
  expect(guessLink(window, rdwChain(), 4)).toEqual({ offset: 32, supporterCount: 1 });
  expect(guessLink(window, rdwChain(), 1)).toEqual({ offset: 32, supporterCount: 4 });
  expect(guessLink(window, rdwChain(), 5)).toBeUndefined();
  expect(guessLink(Uint8Array.of(0, 8, 0), rdwChain(), 1)).toBeUndefined();
  const alike = Uint8Array.of(0, 20, 0, 0, 0xc1, 0, 21, 0, 0, 0xc1, 0xc1);
  expect(guessLink(alike, rdwChain(), 1)).toEqual({ offset: 20, supporterCount: 1 });
  // One chain leads to byte 20, and two beside it to byte 25.
  const two = bytes(record(4).slice(0, 1), [20, 0, 0], [0, 21, 0, 0], [0, 17, 0, 0], [0xc1, 0xc1]);
  expect(guessLink(two, rdwChain(), 1)).toEqual({ offset: 25, supporterCount: 2 });
});
