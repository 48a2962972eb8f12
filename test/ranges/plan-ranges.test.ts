import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planCuts, rangesBetween, refuseTooManyRanges, unevenCuts } from '../../shared/ranges/plan-ranges.ts';

describe('cuts of a file', () => {
  test('cuts lie inside the span, on whole strides', () => {
    expect(planCuts({ startByte: 0, endByte: 100 }, 40, null)).toEqual([40, 80]);
    expect(planCuts({ startByte: 10, endByte: 90 }, 40, null)).toEqual([50]);
    expect(planCuts({ startByte: 0, endByte: 40 }, 40, null)).toEqual([]);
    expect(planCuts({ startByte: 7, endByte: 7 }, 40, null)).toEqual([]);
    expect(planCuts({ startByte: 5, endByte: 100 }, 40, 15)).toEqual([35, 65, 95]);
    expect(planCuts({ startByte: 5, endByte: 100 }, 4, 30)).toEqual([35, 65, 95]);
  });

  test('ranges lie between moved cuts; cuts that fall together make no range', () => {
    const span = { startByte: 10, endByte: 100 };
    expect(rangesBetween(span, [])).toEqual([span]);
    expect(rangesBetween(span, [40, 40, 70])).toEqual([
      { startByte: 10, endByte: 40 },
      { startByte: 40, endByte: 70 },
      { startByte: 70, endByte: 100 },
    ]);
    expect(rangesBetween(span, [10, 100, 100])).toEqual([span]);
    expect(rangesBetween({ startByte: 5, endByte: 5 }, [])).toEqual([]);
  });

  test('a parser that is ahead gets more, and the others as much less as lets all end together', () => {
    const span = { startByte: 100, endByte: 1300 };
    const ahead = (cuts: number[], headStartBytes: number, stride: number | null = null) =>
      unevenCuts(cuts, span, stride, { headStartBytes });
    // 700 and 500 bytes: the first parser had read 200 when the second began.
    expect(ahead([700], 200)).toEqual([800]);
    expect(ahead([500, 900], 30)).toEqual([520, 910]);
    expect(ahead([700], 200, 70)).toEqual([800]);
    expect(ahead([700], 200, 90)).toEqual([730]);
    // However far ahead it is, the others keep half of their ranges.
    expect(ahead([700], 1e9)).toEqual([1000]);
    expect(ahead([1000], 1e9)).toEqual([1150]);
    expect(ahead([], 200)).toEqual([]);
  });

  test('the last ranges get smaller and smaller', () => {
    const span = { startByte: 0, endByte: 1000 };
    const finer = (cuts: number[], parserCount: number, halvings: number) =>
      rangesBetween(span, unevenCuts(cuts, span, null, { end: { parserCount, halvings } })).map(
        ({ startByte, endByte }) => endByte - startByte,
      );
    expect(finer([200, 400, 600, 800], 1, 2)).toEqual([200, 200, 200, 200, 100, 50, 50]);
    expect(finer([200, 400, 600, 800], 2, 1)).toEqual([200, 200, 200, 100, 100, 100, 100]);
    expect(finer([250, 500, 750], 2, 2)).toEqual([250, 250, 125, 125, 62, 63, 62, 63]);
    // Fewer ranges than parsers.
    expect(finer([500], 4, 1)).toEqual([125, 125, 125, 125, 125, 125, 125, 125]);
  });

  test('a plan holds ten thousand ranges, and who asks for more is told the size that makes as many', () => {
    const span = { startByte: 7, endByte: 30_007 };
    expect(() => refuseTooManyRanges('in/a', span, 3)).not.toThrow();
    expect(planCuts(span, 3, null)).toHaveLength(9999);
    expect(() => refuseTooManyRanges('in/a', { ...span, endByte: 30_008 }, 3)).toThrow(
      'in/a: a range size of 3 bytes cuts the file into more than 10000 ranges. Use at least 4 bytes; 128MiB suits most files.',
    );
    expect(() => refuseTooManyRanges('in/a', { ...span, endByte: 30_008 }, 4)).not.toThrow();
  });

  const cutting = fc.record({
    startByte: fc.nat(50),
    lengthBytes: fc.nat(500),
    rangeSizeBytes: fc.integer({ min: 1, max: 120 }),
    strideBytes: fc.option(fc.integer({ min: 1, max: 40 })),
    uneven: fc.option(
      fc.record({
        headStartBytes: fc.nat(300),
        end: fc.record({
          parserCount: fc.integer({ min: 1, max: 5 }),
          halvings: fc.integer({ min: 1, max: 4 }),
        }),
      }),
    ),
    moves: fc.array(fc.nat(200), { minLength: 1, maxLength: 20 }),
  });

  test('ranges tile the span however far cuts are moved', () => {
    fc.assert(
      fc.property(cutting, ({ startByte, lengthBytes, rangeSizeBytes, strideBytes, uneven, moves }) => {
        const span = { startByte, endByte: startByte + lengthBytes };
        const even = planCuts(span, rangeSizeBytes, strideBytes);
        const cuts = uneven ? unevenCuts(even, span, strideBytes, uneven) : even;
        expect(cuts).toEqual([...cuts].sort((a, b) => a - b));
        for (const cut of cuts) {
          expect(cut > span.startByte && cut < span.endByte).toBe(true);
          if (strideBytes !== null) expect((cut - startByte) % strideBytes).toBe(0);
        }
        // A cut moves to the next start of a record: never back, and never beyond the next cut.
        let reached = 0;
        const moved = cuts.map((cut, index) => {
          reached = Math.max(reached, Math.min(cut + moves[index % moves.length]!, span.endByte));
          return reached;
        });
        let at = span.startByte;
        for (const range of rangesBetween(span, moved)) {
          expect(range.startByte).toBe(at);
          expect(range.endByte).toBeGreaterThan(at);
          at = range.endByte;
        }
        expect(at).toBe(span.endByte);
      }),
      { numRuns: 500 },
    );
  });
});
