import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bdwChain, type ChainShape, lengthFieldChain, rdwChain } from '../../shared/ranges/record-chain.ts';
import {
  type ChainWalk,
  describeChainProblem,
  nextRecord,
  startWalk,
  walkToLink,
} from '../../shared/ranges/record-chain-walk.ts';
import { CHAIN_FORMATS, type ChainFormat, chainFile } from '../support/chain-file.ts';

const BASE = 6_000_000_000;

/** Walks a file that starts at byte `BASE` of a larger one. Each window starts where the walk is; their sizes take turns. */
function walkInWindows(
  shape: ChainShape,
  file: Uint8Array,
  from: number,
  windowSizes: number[],
  stop: number,
): ChainWalk {
  const walk = startWalk(BASE + from);
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

describe.each(CHAIN_FORMATS)('a walk along $name records', (format) => {
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

  test('returns every record once its bytes lie whole in the window', () => {
    fc.assert(
      fc.property(arbitraryRecords(format), blockSizes, (data, sizes) => {
        const { bytes, records } = chainFile(format, data, 0, sizes);
        const walk = startWalk(BASE);
        const found: { startByte: number; data: Uint8Array }[] = [];
        for (let windowBytes = 16; walk.atByte < BASE + bytes.length; ) {
          const from = walk.atByte - BASE;
          const window = bytes.subarray(from, from + windowBytes);
          const record = nextRecord(walk, window, BASE + from, shape, BASE + bytes.length);
          expect(walk.problem).toBeNull();
          windowBytes = record ? 16 : windowBytes * 2;
          if (!record) continue;
          expect(record.range.endByte).toBe(walk.atByte);
          found.push({ startByte: record.range.startByte - BASE, data: record.bytes });
        }
        expect(found.map(({ startByte }) => startByte)).toEqual(records.map(({ startByte }) => startByte));
        expect(found.map((record) => Buffer.from(record.data))).toEqual(
          records.map((record) => Buffer.from(record.data)),
        );
        expect(walk.recordCount).toBe(records.length);
      }),
      { numRuns: 100 },
    );
  });

  test('reports a file that is cut within a record or block at that record or block', () => {
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
});

describe('chains that break', () => {
  const problemOf = (shape: ChainShape, ...bytes: number[]) => {
    const walk = startWalk(0);
    const file = Uint8Array.from(bytes);
    expect(walkToLink(walk, file, 0, shape, file.length, file.length)).toBe(false);
    // A walk that has a problem keeps it.
    expect(walkToLink(walk, file, 0, shape, file.length, 0)).toBe(false);
    return walk.problem;
  };
  const record = [0, 6, 0, 0, 0xc1, 0xc2];
  const packed = lengthFieldChain({ fieldAtBytes: 0, fieldBytes: 2, coding: 'packed', maximumBytes: 99 });

  test.each([
    [
      'a record that is whole, and longer than one may be',
      rdwChain({}, 2),
      [...record, 0, 7, 0, 0, 1, 2, 3, ...record],
      'impossible-length',
      'record',
      6,
      7,
      1,
    ],
    [
      'a block that is longer than any, and than the file',
      bdwChain(),
      [0xff, 0xff, 0xff, 0xff, ...record],
      'impossible-length',
      'block',
      0,
      0x7f_ff_ff_ff,
      0,
    ],
    [
      'a word of a block cut off',
      bdwChain(),
      [0, 10, 0, 0, ...record, 0, 10],
      'cut-record',
      'block',
      10,
      null,
      1,
    ],
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
    [
      'a half byte that is not a digit',
      packed,
      [0x0a, 0x4c, 1, 1],
      'length-not-digits',
      'record',
      0,
      null,
      0,
    ],
    ['a packed length without a sign', packed, [0x00, 0x44, 1, 1], 'length-not-digits', 'record', 0, null, 0],
    ['a packed length below zero', packed, [0x00, 0x4d, 1, 1], 'length-not-digits', 'record', 0, null, 0],
    [
      'letters in place of digits',
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

  test('a record may have the greatest length and a block the least', () => {
    for (const [shape, bytes] of [
      [rdwChain({}, 2), [...record, ...record]],
      [bdwChain({}, {}, 2), [0, 8, 0, 0, 0, 4, 0, 0, 0, 10, 0, 0, ...record]],
    ] as const) {
      const walk = startWalk(0);
      expect(walkToLink(walk, Uint8Array.from(bytes), 0, shape, bytes.length, bytes.length)).toBe(true);
      expect(walk).toMatchObject({ atByte: bytes.length, recordCount: 2, problem: null });
    }
  });

  test.each([
    [
      bdwChain(),
      [0, 4, 0, 0],
      'the block after record 0, at byte 0, says it is 4 bytes long, which no block can be',
    ],
    [
      bdwChain(),
      [0, 11, 0, 0, ...record],
      'the block after record 0, at byte 0, is cut off by the end of the file: it says it is 11 bytes long',
    ],
    [rdwChain(), [...record, 0, 6], 'record 2, at byte 6, is cut off by the end of the file'],
    [
      bdwChain(),
      [0, 9, 0, 0, ...record],
      'record 1, at byte 4, reaches beyond the end of its block: it says it is 6 bytes long',
    ],
    [packed, [0x0a, 0x4c, 1, 1], 'record 1, at byte 0, has no number where its length should be'],
    [
      rdwChain(),
      [0x4f, 0x4c, 0x41, 0x21],
      'record 1, at byte 0, does not begin with a descriptor word: two bytes of it that must be zero are not (in a segment of a spanned record, VBS, they are not zero either)',
    ],
  ])('is said to people: %#', (shape, bytes, said) => {
    expect(describeChainProblem(problemOf(shape, ...bytes)!)).toBe(said);
  });

  test('a problem names the record, its byte and its length', () => {
    expect(describeChainProblem(problemOf(rdwChain({}, 100), ...record, 0x40, 0x40, 0, 0)!)).toBe(
      'record 2, at byte 6, says it is 16448 bytes long, which no record can be',
    );
  });
});
