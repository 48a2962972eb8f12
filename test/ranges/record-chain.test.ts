import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bdwChain,
  type ChainShape,
  chainSpan,
  lengthFieldChain,
  rdwChain,
} from '../../shared/ranges/record-chain.ts';
import { chainCandidates, guessLink } from '../../shared/ranges/record-chain-search.ts';
import {
  type ChainWalk,
  chainWalkFrom,
  collectRecords,
  describeChainProblem,
  walkToLink,
} from '../../shared/ranges/record-chain-walk.ts';
import { CHAIN_FORMATS, type ChainFormat, chainFile } from '../support/chain-file.ts';

const BASE = 6_000_000_000;

/** Walks a file that starts at byte `BASE` of a larger one, in windows of given sizes, each from where the walk stands. */
function walkInWindows(
  shape: ChainShape,
  file: Uint8Array,
  from: number,
  windowSizes: number[],
  stop: number,
): ChainWalk {
  const walk = chainWalkFrom(BASE + from);
  const endByte = BASE + file.length;
  for (let turn = 0; ; turn++) {
    const start = walk.atByte - BASE;
    const window = file.subarray(start, start + windowSizes[turn % windowSizes.length]!);
    if (walkToLink(walk, window, BASE + start, shape, endByte, BASE + stop) || walk.problem) return walk;
    if (turn > 100_000) throw new Error(`stuck at ${start}`);
  }
}

function arbitraryRecords(format: ChainFormat): fc.Arbitrary<Uint8Array[]> {
  const minLength = format.minimumDataBytes;
  // Zeros and small numbers look like descriptor words.
  const zeros = fc.array(fc.constantFrom(0, 0, 0, 4, 8, 12, 255), { minLength, maxLength: 60 });
  const record = fc.oneof(
    fc.uint8Array({ minLength, maxLength: 60 }),
    zeros.map((bytes) => Uint8Array.from(bytes)),
    fc.integer({ min: minLength, max: 900 }).map((length) => new Uint8Array(length).fill(0xf1)),
  );
  return fc.array(record, { minLength: 1, maxLength: 30 });
}

const blockSizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 });

describe.each(CHAIN_FORMATS)('$name', (format) => {
  const { shape } = format;
  const headBytes = Math.max(shape.record.headBytes, shape.block?.headBytes ?? 0);
  const windows = fc.array(fc.integer({ min: headBytes, max: 200 }), { minLength: 1, maxLength: 4 });

  test('finds every link and record, in windows of any size', () => {
    fc.assert(
      fc.property(
        arbitraryRecords(format),
        blockSizes,
        windows,
        fc.nat(9),
        (data, sizes, sizesOfWindows, header) => {
          const { bytes, links, records } = chainFile(format, data, header, sizes);
          for (let stop = header; stop <= bytes.length; stop += 1 + (stop % 7)) {
            const walk = walkInWindows(shape, bytes, header, sizesOfWindows, stop);
            expect(walk.problem).toBeNull();
            const linkByte = links.find((at) => at >= stop) ?? bytes.length;
            expect(walk.atByte - BASE).toBe(linkByte);
            const before = records.filter(({ startByte }) => startByte < linkByte);
            expect(walk.recordCount).toBe(before.length);
            const last = before.at(-1)?.startByte;
            expect(walk.lastRecordByte).toBe(last === undefined ? -1 : BASE + last);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('collects the bytes of every record', () => {
    fc.assert(
      fc.property(
        arbitraryRecords(format),
        blockSizes,
        fc.integer({ min: 1, max: 5 }),
        (data, sizes, room) => {
          const { bytes, records } = chainFile(format, data, 0, sizes);
          const walk = chainWalkFrom(BASE);
          const starts = new Int32Array(room);
          const lengths = new Int32Array(room);
          const found: { startByte: number; data: Uint8Array }[] = [];
          for (let windowBytes = 16; walk.atByte < BASE + bytes.length; ) {
            const from = walk.atByte - BASE;
            const window = bytes.subarray(from, from + windowBytes);
            const count = collectRecords(
              walk,
              window,
              BASE + from,
              shape,
              BASE + bytes.length,
              starts,
              lengths,
            );
            expect(walk.problem).toBeNull();
            for (let index = 0; index < count; index++) {
              const start = starts[index]!;
              found.push({
                startByte: from + start - shape.recordPrefixBytes,
                data: window.slice(start, start + lengths[index]!),
              });
            }
            windowBytes = count === 0 ? windowBytes * 2 : 16;
          }
          expect(found.map(({ startByte }) => startByte)).toEqual(records.map(({ startByte }) => startByte));
          expect(found.map((record) => Buffer.from(record.data))).toEqual(
            records.map((record) => Buffer.from(record.data)),
          );
          expect(walk.recordCount).toBe(records.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a file cut anywhere but between links is a problem at the record or block that is cut', () => {
    fc.assert(
      fc.property(
        arbitraryRecords(format),
        blockSizes,
        windows,
        fc.nat(),
        (data, sizes, sizesOfWindows, cut) => {
          const { bytes, links } = chainFile(format, data, 0, sizes);
          const kept = bytes.subarray(0, 1 + (cut % bytes.length));
          const walk = walkInWindows(shape, kept, 0, sizesOfWindows, kept.length);
          if (kept.length === bytes.length || links.includes(kept.length)) {
            expect([walk.problem, walk.atByte]).toEqual([null, BASE + kept.length]);
            return;
          }
          const cutLink = links.findLast((at) => at < kept.length)!;
          expect(walk.problem).toMatchObject({
            code: 'cut-record',
            of: shape.block ? 'block' : 'record',
            atByte: BASE + cutLink,
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  test('is found again from the middle of a file', () => {
    const lengthBytes = (index: number) => 40 + ((index * 37) % 90);
    const data = Array.from({ length: 400 }, (_, index) =>
      Uint8Array.from({ length: lengthBytes(index) }, (_, at) => 0xc1 + ((index + at) % 40)),
    );
    const { bytes, links } = chainFile(format, data, 0, [5, 2]);
    for (const from of [1, 77, 4001, 9000]) {
      const window = bytes.subarray(from, from + 8192);
      const candidates = chainCandidates(window, shape, 4);
      for (const link of links.filter((at) => at >= from && at < from + 4000)) {
        expect(candidates).toContain(link - from);
      }
      const guess = guessLink(window, shape, 4);
      expect(guess!.offset).toBeGreaterThanOrEqual(window.length - headBytes + 1);
      expect(links).toContain(from + guess!.offset);
      expect(guess!.supporterCount).toBeGreaterThan(5);
    }
  });
});

describe('chains that break', () => {
  const problemOf = (shape: ChainShape, ...bytes: number[]) => {
    const walk = chainWalkFrom(0);
    const file = Uint8Array.from(bytes);
    expect(walkToLink(walk, file, 0, shape, file.length, file.length)).toBe(false);
    // A walk that has a problem keeps it.
    expect(walkToLink(walk, file, 0, shape, file.length, 0)).toBe(false);
    return walk.problem;
  };
  const record = [0, 6, 0, 0, 0xc1, 0xc2];

  test.each([
    ['zeros', rdwChain(), [...record, 0, 0, 0, 0], 'impossible-length', 'record', 6, 0, 1],
    ['shorter than its word', rdwChain(), [0, 3, 0, 0], 'impossible-length', 'record', 0, 3, 0],
    [
      'longer than a record may be',
      rdwChain({}, 100),
      [0, 105, 0, 0],
      'impossible-length',
      'record',
      0,
      105,
      0,
    ],
    [
      'a segment of a spanned record',
      rdwChain(),
      [0, 6, 1, 0, 0, 0],
      'reserved-not-zero',
      'record',
      0,
      null,
      0,
    ],
    ['text', rdwChain(), [0x4f, 0x4c, 0x41, 0x21], 'reserved-not-zero', 'record', 0, null, 0],
    ['longer than the file', rdwChain(), [...record, 0, 6, 0, 0, 1], 'cut-record', 'record', 6, 6, 1],
    ['a word cut off', rdwChain(), [...record, 0, 6], 'cut-record', 'record', 6, null, 1],
    ['a block without records', bdwChain(), [0, 4, 0, 0], 'impossible-length', 'block', 0, 4, 0],
    ['a block cut off', bdwChain(), [0, 11, 0, 0, ...record], 'cut-record', 'block', 0, 11, 0],
    [
      'a record that leaves its block',
      bdwChain(),
      [0, 9, 0, 0, ...record],
      'record-exceeds-block',
      'record',
      4,
      6,
      0,
    ],
    [
      'a block with too few bytes for a word at its end',
      bdwChain(),
      [0, 12, 0, 0, ...record, 0, 4],
      'record-exceeds-block',
      'record',
      10,
      null,
      1,
    ],
    ...[
      ['a half byte that is no digit', [0x0a, 0x4c]],
      ['a packed length without sign', [0x00, 0x44]],
      ['a packed length below zero', [0x00, 0x4d]],
    ].map(
      ([name, bytes]) =>
        [
          name as string,
          lengthFieldChain({ fieldAtBytes: 0, fieldBytes: 2, coding: 'packed', maximumBytes: 99 }),
          [...(bytes as number[]), 0x41, 0x41],
          'length-not-digits',
          'record',
          0,
          null,
          0,
        ] as const,
    ),
    [
      'letters for digits',
      lengthFieldChain({ fieldAtBytes: 0, fieldBytes: 2, coding: 'digits', maximumBytes: 99 }),
      [0x30, 0x32, 0x41, 0x41],
      'length-not-digits',
      'record',
      2,
      null,
      1,
    ],
  ] as const)('%s', (_name, shape, bytes, code, of, atByte, lengthBytes, recordIndex) => {
    const problem = problemOf(shape, ...bytes);
    expect(problem).toEqual({ code, of, atByte, lengthBytes, recordIndex });
    expect(describeChainProblem(problem!)).toContain(`at byte ${atByte},`);
  });

  test('people are told which record and where', () => {
    expect(describeChainProblem(problemOf(rdwChain({}, 100), ...record, 0x40, 0x40, 0, 0)!)).toBe(
      'record 2, at byte 6, says it is 16448 bytes long, which no record can be',
    );
  });

  test('bytes of given size before and behind the chain are no part of it', () => {
    expect(chainSpan(100, 10, 20)).toEqual({ startByte: 10, endByte: 80 });
    expect(chainSpan(30, 10, 20)).toEqual({ startByte: 10, endByte: 10 });
    expect(chainSpan(29, 10, 20)).toBeUndefined();
  });
});

describe('a chain found again', () => {
  test('no guess where nothing holds', () => {
    const text = new Uint8Array(5000).fill(0xc1);
    expect(chainCandidates(text, rdwChain(), 2)).toEqual([]);
    expect(guessLink(text, rdwChain(), 2)).toBeUndefined();
    expect(guessLink(new Uint8Array(2), rdwChain(), 1)).toBeUndefined();
  });

  test('candidates are exactly the offsets from which the chain holds', () => {
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
          expect(chainCandidates(window, rdwChain(), minimumLinks)).toEqual(
            [...bytes.keys()].filter((at) => at + 4 <= bytes.length && holds(at)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
