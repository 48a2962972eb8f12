import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { chainBefore, parentsAtCuts } from '../../../shared/pipeline/split/parents-at-cuts.ts';
import type { ByteRange } from '../../../shared/ranges/byte-range.ts';

const KIB = 1024;
/** Types that belong to each other as the text says: `A B C` is three levels, each the parent of the next. */
function layoutOf(...types: [name: string, parent?: string][]) {
  return readLayout(
    JSON.stringify({
      name: 'levels',
      encoding: 'us-ascii',
      record: { format: 'lines', length: 20, short: 'pad' },
      recordTypes: types.map(([name, parent]) => ({
        name,
        match: { start: 1, end: 1, equals: name.toUpperCase() },
        ...(parent && { parent }),
        fields: [{ name: 'n', start: 2, end: 9, type: 'string' }],
      })),
    }),
    'levels.json',
  );
}
const LEVELS = layoutOf(['a'], ['b', 'a'], ['c', 'b']);

/** Records of a file, of ten bytes each, of which every read returns one, however much is asked for; and what is asked for. */
function oneByOne(kinds: string) {
  const bytes = Buffer.from([...kinds].map((kind) => `${kind.padEnd(9, '1')}\n`).join(''));
  const asked: number[][] = [];
  const readBefore = async (endByte: number, floorByte: number, wantedBytes: number) => {
    asked.push([endByte, floorByte, wantedBytes]);
    return { startByte: endByte - 10, bytes: new Uint8Array(bytes.subarray(endByte - 10, endByte)) };
  };
  const between = (...cuts: number[]): ByteRange[] =>
    [0, ...cuts].map((at, index) => ({ startByte: at * 10, endByte: (cuts[index] ?? kinds.length) * 10 }));
  return { asked, readBefore, between };
}

const place = (recordType: string, record: number) => ({
  recordType,
  startByte: record * 10,
  endByte: record * 10 + 9,
});

describe('the parents of the first record after a cut', () => {
  it('are the last ones before it, in whatever pieces they are read', async () => {
    const kinds = fc.array(fc.constantFrom('A', 'B', 'C', 'X'), { minLength: 2, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(kinds, fc.uniqueArray(fc.integer({ min: 1, max: 29 })), async (records, at) => {
        const { readBefore, between } = oneByOne(records.join(''));
        const cuts = at.filter((cut) => cut < records.length).sort((a, b) => a - b);
        const found = await parentsAtCuts(LEVELS, 1, between(...cuts), readBefore);
        const expected = [0, ...cuts].map((cut) => {
          const before = records.slice(0, cut);
          const a = before.lastIndexOf('A');
          const b = before.lastIndexOf('B');
          return a < 0 ? [] : [place('a', a), ...(b > a ? [place('b', b)] : [])];
        });
        expect(found).toEqual([[], ...expected.slice(1)]);
      }),
      { numRuns: 30 },
    );
  });

  it('are looked for until each type is found, and no further', async () => {
    const { asked, readBefore, between } = oneByOne('AABACBCCCC');
    expect(await parentsAtCuts(LEVELS, 1, between(9), readBefore)).toEqual([
      [],
      [place('a', 3), place('b', 5)],
    ]);
    expect(asked.map(([endByte]) => endByte)).toEqual([90, 80, 70, 60, 50, 40]);
  });

  it('are looked for no further back than the cut before, whose parents are known', async () => {
    const { asked, readBefore, between } = oneByOne('ABCCCC');
    const parents = [place('a', 0), place('b', 1)];
    expect(await parentsAtCuts(LEVELS, 1, between(3, 5), readBefore)).toEqual([[], parents, parents]);
    expect(asked.map(([endByte, floorByte]) => [endByte, floorByte]).sort((a, b) => a[0]! - b[0]!)).toEqual([
      ...[
        [10, 0],
        [20, 0],
        [30, 0],
      ],
      ...[
        [40, 30],
        [50, 30],
      ],
    ]);
  });

  it('are looked for in 64 KiB, then in four times as much each time, and never in more than 8 MiB', async () => {
    const asked: number[] = [];
    const end = 40_000 * KIB;
    const ranges = [
      { startByte: 0, endByte: end },
      { startByte: end, endByte: end + 10 },
    ];
    await parentsAtCuts(LEVELS, 1, ranges, async (endByte, floorByte, wantedBytes) => {
      asked.push(wantedBytes / KIB);
      return { startByte: Math.max(floorByte, endByte - wantedBytes), bytes: new Uint8Array() };
    });
    expect(asked).toEqual([64, 256, 1024, 4096, 8192, 8192, 8192, 8192, 8192]);
  });

  it.each([
    ['without types that are parents', layoutOf(['a'], ['b'])],
    ['of one type', layoutOf(['a'])],
  ])('are none in a layout %s, and nothing is read', async (_, layout) => {
    const { asked, readBefore, between } = oneByOne('ABAB');
    expect(await parentsAtCuts(layout, 1, between(1, 3), readBefore)).toEqual([[], [], []]);
    expect(asked).toEqual([]);
  });

  it('are none of a file of one range, or of none', async () => {
    const { asked, readBefore, between } = oneByOne('AB');
    expect(await parentsAtCuts(LEVELS, 1, between(), readBefore)).toEqual([[]]);
    expect(await parentsAtCuts(LEVELS, 1, [], readBefore)).toEqual([]);
    expect(asked).toEqual([]);
  });
});

it('before a cut of a chain, reads begin at a link: the first within what is wanted, else the last before the cut', async () => {
  const read = async ({ startByte, endByte }: ByteRange) => new Uint8Array(endByte - startByte);
  const before = chainBefore([0, 10, 20, 30, 40, 50], read);
  const startOf = async (endByte: number, floorByte: number, wantedBytes: number) => {
    const { startByte, bytes } = await before(endByte, floorByte, wantedBytes);
    expect(startByte + bytes.length).toBe(endByte);
    return startByte;
  };
  expect(await startOf(45, 0, 25)).toBe(20);
  expect(await startOf(45, 0, 24)).toBe(30);
  expect(await startOf(45, 0, 1)).toBe(40);
  expect(await startOf(40, 0, 1)).toBe(30);
  expect(await startOf(45, 20, 100)).toBe(20);
  expect(await startOf(30, 20, 100)).toBe(20);
  expect(await startOf(45, 5, 100)).toBe(10);
  expect(await startOf(9, 0, 1)).toBe(0);
});
