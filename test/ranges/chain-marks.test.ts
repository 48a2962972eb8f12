import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstMarkFrom, markByte, placeMarks } from '../../shared/ranges/chain-marks.ts';

const spans = fc
  .tuple(fc.constantFrom(0, 3, 6_000_000_000), fc.integer({ min: 1, max: 400 }))
  .map(([startByte, length]) => ({ startByte, endByte: startByte + length }));
const sizes = fc.integer({ min: 1, max: 90 });

test('every cut is a mark, and between two cuts marks are as far apart as they may be, evenly', () => {
  fc.assert(
    fc.property(spans, sizes, sizes, (span, rangeSizeBytes, markBytes) => {
      const marks = placeMarks(span, rangeSizeBytes, markBytes);
      const { marksPerRange, lastMark } = marks;
      expect(rangeSizeBytes / marksPerRange).toBeLessThanOrEqual(markBytes);
      // One mark fewer would be too far apart.
      if (marksPerRange > 1) expect(rangeSizeBytes / (marksPerRange - 1)).toBeGreaterThan(markBytes);
      for (let mark = 0; mark <= lastMark; mark++) {
        const range = Math.floor(mark / marksPerRange);
        const within = ((mark - range * marksPerRange) * rangeSizeBytes) / marksPerRange;
        const byte = span.startByte + range * rangeSizeBytes + Math.floor(within);
        expect(markByte(marks, mark)).toBe(Math.min(byte, span.endByte));
      }
    }),
    { numRuns: 60 },
  );
});

test('the last mark is at the end of the file, and the one before it is not', () => {
  fc.assert(
    fc.property(spans, sizes, sizes, (span, rangeSizeBytes, markBytes) => {
      const marks = placeMarks(span, rangeSizeBytes, markBytes);
      expect(markByte(marks, marks.lastMark)).toBe(span.endByte);
      expect(markByte(marks, marks.lastMark - 1)).toBeLessThan(span.endByte);
    }),
    { numRuns: 60 },
  );
});

test('the first mark from a byte on is at or after it, and the one before it is not', () => {
  fc.assert(
    fc.property(spans, sizes, sizes, fc.nat(), (span, rangeSizeBytes, markBytes, at) => {
      const marks = placeMarks(span, rangeSizeBytes, markBytes);
      const byte = span.startByte + (at % (span.endByte - span.startByte + 1));
      const mark = firstMarkFrom(marks, byte);
      expect(markByte(marks, mark)).toBeGreaterThanOrEqual(byte);
      if (mark > 0) expect(markByte(marks, mark - 1)).toBeLessThan(byte);
      expect(mark).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 60 },
  );
});

test('a mark may be as far away as a range is long, and no farther', () => {
  expect(placeMarks({ startByte: 0, endByte: 100 }, 10, 50)).toMatchObject({
    marksPerRange: 1,
    lastMark: 10,
  });
  expect(placeMarks({ startByte: 0, endByte: 100 }, 50, 10)).toMatchObject({
    marksPerRange: 5,
    lastMark: 10,
  });
  expect(placeMarks({ startByte: 0, endByte: 101 }, 50, 10)).toMatchObject({
    marksPerRange: 5,
    lastMark: 11,
  });
});
