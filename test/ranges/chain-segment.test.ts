import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChainMarks, markByte, placeMarks } from '../../shared/ranges/chain-marks.ts';
import {
  advanceSegment,
  type ChainSegment,
  findCuts,
  reachedMark,
  startSegment,
  takeOver,
} from '../../shared/ranges/chain-segment.ts';
import { rdwChain } from '../../shared/ranges/record-chain.ts';

const shape = rdwChain();
const BASE = 6_000_000_000;

/** A file of records with so many bytes of data, and where each begins. */
function fileOf(lengths: readonly number[]) {
  const records = lengths.map((length) => [0, length + 4, 0, 0, ...Array(length).fill(0xf1)]);
  const starts = records.map((_, index) => records.slice(0, index).flat().length);
  return { bytes: Uint8Array.from(records.flat()), starts: starts.map((at) => BASE + at) };
}

type File = ReturnType<typeof fileOf>;

const marksOf = ({ bytes }: File, rangeSizeBytes = 12, markBytes = 4) =>
  placeMarks({ startByte: BASE, endByte: BASE + bytes.length }, rangeSizeBytes, markBytes);

/** Walks on to a mark, with all bytes of the file at hand. */
const walk = (segment: ChainSegment, { bytes }: File, marks: ChainMarks, untilMark: number) =>
  advanceSegment(segment, bytes, BASE, shape, marks, untilMark);

function walked(file: File, marks: ChainMarks, fromByte: number, untilMark: number): ChainSegment {
  const segment = startSegment(fromByte, marks);
  walk(segment, file, marks, untilMark);
  return segment;
}

const lengthLists = fc.array(fc.nat(20), { minLength: 2, maxLength: 15 });

test('a segment notes, for each mark from its first one on, the first link at or after it and the records before that', () => {
  fc.assert(
    fc.property(lengthLists, fc.nat(), (lengths, from) => {
      const file = fileOf(lengths);
      const marks = marksOf(file);
      const start = from % file.starts.length;
      const segment = startSegment(file.starts[start]!, marks);
      expect(reachedMark(segment)).toBe(segment.firstMark - 1);
      expect(walk(segment, file, marks, marks.lastMark)).toBe(true);
      expect(reachedMark(segment)).toBe(marks.lastMark);
      const ends = [...file.starts, marks.span.endByte];
      for (const [index, { byte, recordsBefore }] of segment.links.entries()) {
        const place = markByte(marks, segment.firstMark + index);
        const link = ends.find((at) => at >= Math.max(place, file.starts[start]!))!;
        expect([byte, recordsBefore]).toEqual([link, ends.indexOf(link) - start]);
      }
    }),
    { numRuns: 60 },
  );
});

test('a segment goes no farther than it is asked to, and asks for more bytes where they end', () => {
  const file = fileOf([4, 4, 4, 4, 4, 4]);
  const marks = marksOf(file, 8, 8);
  const segment = startSegment(BASE, marks);
  expect(walk(segment, file, marks, 2)).toBe(true);
  expect([reachedMark(segment), segment.walk.atByte]).toEqual([2, BASE + 16]);
  // It is there already, and needs no bytes.
  expect(advanceSegment(segment, new Uint8Array(), BASE + 16, shape, marks, 2)).toBe(true);
  expect(advanceSegment(segment, file.bytes.subarray(16, 19), BASE + 16, shape, marks, 5)).toBe(false);
  expect(reachedMark(segment)).toBe(2);
  expect(advanceSegment(segment, file.bytes.subarray(16), BASE + 16, shape, marks, 5)).toBe(true);
  expect(segment.links.map(({ byte }) => byte - BASE)).toEqual([0, 8, 16, 24, 32, 40]);
});

test('a segment of a broken chain is done where it breaks', () => {
  const file = fileOf([4, 4, 4, 4]);
  file.bytes[17] = 2;
  const marks = marksOf(file, 8, 8);
  const segment = startSegment(BASE, marks);
  expect(walk(segment, file, marks, marks.lastMark)).toBe(true);
  expect([reachedMark(segment), segment.walk.problem?.atByte]).toEqual([2, BASE + 16]);
});

test('cuts are the links of the marks where ranges begin, also of a segment from the middle', () => {
  const file = fileOf([4, 4, 4, 4, 4, 4, 4, 4]);
  const marks = marksOf(file, 16, 4);
  expect(findCuts(walked(file, marks, BASE, marks.lastMark), marks)).toEqual(
    [0, 16, 32, 48, 64].map((at) => BASE + at),
  );
  expect(findCuts(walked(file, marks, BASE + 24, marks.lastMark), marks)).toEqual(
    [32, 48, 64].map((at) => BASE + at),
  );
});

describe('a walk from a guess is taken over', () => {
  test('if it met the exact one, and then both are what one walk finds', () => {
    fc.assert(
      fc.property(lengthLists, fc.nat(), fc.nat(), fc.boolean(), (lengths, from, more, isBroken) => {
        const file = fileOf(lengths);
        if (isBroken) file.bytes[file.bytes.length - lengths.at(-1)! - 3] = 1;
        const marks = marksOf(file);
        const alone = walked(file, marks, BASE, marks.lastMark);
        const guess = walked(file, marks, file.starts[from % file.starts.length]!, marks.lastMark);
        // The exact walk comes to a mark for which the guess has a link, the first or a later one.
        const meeting = guess.firstMark + (more % Math.max(1, guess.links.length));
        const exact = walked(file, marks, BASE, meeting);
        if (guess.links.length === 0 || reachedMark(exact) < meeting) {
          expect(takeOver(exact, guess)).toBe(false);
          return;
        }
        expect(takeOver(exact, guess)).toBe(true);
        expect(exact).toEqual(alone);
      }),
      { numRuns: 120 },
    );
  });

  test('not if it notes another link there, or none, and then nothing is taken', () => {
    const file = fileOf([4, 4, 4, 4, 4, 4]);
    const marks = marksOf(file, 8, 8);
    const exact = walked(file, marks, BASE, 2);
    const before = structuredClone(exact);
    const other = walked(file, marks, BASE + 8, 4);
    other.links = other.links.map(({ byte, ...link }) => ({ ...link, byte: byte + 1 }));
    const later = walked(file, marks, BASE + 32, marks.lastMark);
    const shorter = walked(file, marks, BASE + 8, 1);
    for (const guess of [other, later, shorter]) expect(takeOver(exact, guess)).toBe(false);
    expect(takeOver(startSegment(BASE, marks), walked(file, marks, BASE, 3))).toBe(false);
    expect(exact).toEqual(before);
  });
});
