import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type MergePart,
  planMerge,
  planRowGroups,
  SMALL_ROW_GROUP_ROWS,
} from '../../shared/parquet/merge-plan.ts';

const MEGABYTE = 1024 * 1024;
const part = (key: string, rowGroupRows: number[], bytes = MEGABYTE): MergePart => ({
  key,
  rows: rowGroupRows.reduce((sum, rows) => sum + rows, 0),
  bytes,
  rowGroupRows,
});

describe('the plan of merged files', () => {
  const small = part('a', [3000]);
  const large = part('b', [1_000_000]);

  test('has no file for no parts, and one file for one part', () => {
    expect(planMerge([])).toEqual([]);
    expect(planMerge([small])).toEqual([{ parts: [small], mode: 'concat' }]);
  });

  test('joins small row groups only in a partition of more than a million rows', () => {
    expect(planMerge([large, part('c', [50_000])]).map(({ mode }) => mode)).toEqual(['concat']);
    expect(planMerge([large, small]).map(({ mode }) => mode)).toEqual(['join']);
    expect(planMerge([part('d', [997_000]), small]).map(({ mode }) => mode)).toEqual(['concat']);
    expect(planMerge([part('d', [997_001]), small]).map(({ mode }) => mode)).toEqual(['join']);
  });

  test('fills a file up to a gigabyte; one part may be larger', () => {
    const parts = [600, 424, 1, 3000, 1].map((size, index) => part(`${index}`, [50_000], size * MEGABYTE));
    expect(planMerge(parts).map((file) => file.parts.map(({ key }) => key))).toEqual([
      ['0', '1'],
      ['2'],
      ['3'],
      ['4'],
    ]);
  });

  test('makes a large part a file of its own, unless its row groups are to be joined', () => {
    const [many, whole, tiny] = [50_000, 50_001, 900].map((rows) => [rows, rows]);
    const parts = [
      part('small file', many!, 16 * MEGABYTE - 1),
      part('whole', whole!, 16 * MEGABYTE),
      part('small row groups', [99_000, 900], 40 * MEGABYTE),
      part('small', tiny!),
      part('large', [600_000, 600_000], 2000 * MEGABYTE),
    ];
    const files = planMerge(parts, { wholePartBytes: 16 * MEGABYTE });
    expect(files.map((file) => [file.mode, ...file.parts.map(({ key }) => key)])).toEqual([
      ['concat', 'whole'],
      ['concat', 'large'],
      ['concat', 'small file', 'small row groups', 'small'],
    ]);
    // Nothing is joined in a partition of so few rows: then it need not be written twice.
    const few = planMerge(parts.slice(0, -1), { wholePartBytes: 16 * MEGABYTE });
    expect(few.map((file) => file.parts.map(({ key }) => key))).toEqual([
      ['whole'],
      ['small row groups'],
      ['small file', 'small'],
    ]);
  });

  test('puts every part into exactly one file, in order', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, (megabytes) => {
        const parts = megabytes.map((size, index) => part(`${index}`, [10], size * MEGABYTE));
        const files = planMerge(parts);
        expect(files.flatMap((file) => file.parts)).toEqual(parts);
        for (const file of files) {
          const bytes = file.parts.reduce((sum, { bytes }) => sum + bytes, 0);
          expect(bytes <= 1024 * MEGABYTE || file.parts.length === 1).toBe(true);
        }
      }),
    );
  });
});

describe('the plan of joined row groups', () => {
  test.each([
    [[], []],
    [[10], [[0]]],
    [[10, 20], [[0, 1]]],
    [
      [60_000, 250_000],
      [[0], [1]],
    ],
    // Small ones before a large one join it; those after it join the step before.
    [
      [10, 60_000, 70_000],
      [[0, 1], [2]],
    ],
    [[60_000, 10], [[0, 1]]],
    [
      [30_000, 30_000, 60_000, 10],
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      [100_000, 40_000, 40_000],
      [[0], [1, 2]],
    ],
    // A step is closed after 100,000 rows; the last group is too small for a step of its own.
    [
      [49_999, 49_999, 49_999, 49_999, 49_999, 49_999, 49_999],
      [
        [0, 1, 2],
        [3, 4, 5, 6],
      ],
    ],
    [
      [60_000, 40_000, 60_000, 40_000, 10_000],
      [[0], [1, 2], [3, 4]],
    ],
    [
      Array(10).fill(49_999),
      [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8, 9],
      ],
    ],
  ])('for groups of %j rows is %j', (rows, steps) => {
    expect(planRowGroups(rows)).toEqual(steps);
  });

  test('has each row group in one step, in order; no step is small if there are enough rows', () => {
    const rows = fc.oneof(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 40_000, max: 60_000 }),
      fc.integer({ min: 1, max: 400_000 }),
    );
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 120 }), (rowGroupRows) => {
        const steps = planRowGroups(rowGroupRows);
        expect(steps.flat()).toEqual([...rowGroupRows.keys()]);
        const sizes = steps.map((step) => step.reduce((sum, index) => sum + rowGroupRows[index]!, 0));
        const total = sizes.reduce((sum, size) => sum + size, 0);
        if (total >= SMALL_ROW_GROUP_ROWS) {
          expect(sizes.filter((size) => size < SMALL_ROW_GROUP_ROWS)).toEqual([]);
        } else expect(steps.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1000 },
    );
  });
});
