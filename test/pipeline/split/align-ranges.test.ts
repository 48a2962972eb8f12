import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { MAX_LINE_BYTES } from '../../../shared/decode/record-extractor.ts';
import { UsageError } from '../../../shared/errors.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { alignRanges } from '../../../shared/pipeline/split/align-ranges.ts';
import type { FileGeometry } from '../../../shared/pipeline/split/file-geometry.ts';
import { fixedBefore, linesBefore } from '../../../shared/pipeline/split/parents-at-cuts.ts';
import { MAX_RANGES } from '../../../shared/ranges/plan-ranges.ts';
import { smallLayout } from '../../support/small-contracts.ts';

const KEY = 'in/a.txt';
const LENGTH = 20;
const LF = 0x0a;

const LINES = readLayout(smallLayout(), 'small.json');
const FIXED = readLayout(smallLayout({ record: { format: 'fixed', length: LENGTH } }), 'small.json');
const LEVELS = {
  name: 'levels',
  encoding: 'us-ascii',
  record: { format: 'lines', length: LENGTH, short: 'pad' },
  recordTypes: ['A', 'B', 'C'].map((name, level) => ({
    name: name.toLowerCase(),
    match: { start: 1, end: 1, equals: name },
    ...(level > 0 && { parent: 'ab'[level - 1] }),
    fields: [{ name: 'n', start: 2, end: 9, type: 'string' }],
  })),
};
const DETAIL_LEVELS = readLayout(JSON.stringify(LEVELS), 'levels.json');

async function aligned(
  text: string,
  rangeSizeBytes: number,
  { layout = LINES, terminatorBytes = 1, uniform = false, from = 0, to = text.length, leading = 0 } = {},
) {
  const raw = new MemoryObjectStore();
  raw.replace(KEY, Buffer.from(text, 'latin1'));
  const source = (await raw.head(KEY))!;
  const strideBytes = uniform ? LENGTH + terminatorBytes : null;
  const nothing = { startByte: 0, endByte: 0 };
  const details = { startByte: from, endByte: to };
  const geometry: FileGeometry = {
    ...{ terminatorBytes, strideBytes, details, header: null, trailer: null },
    ...{ leadingBytes: leading, remainder: nothing },
  };
  const ranges = await alignRanges(raw, source, layout, geometry, rangeSizeBytes);
  return { ranges, bytesRead: raw.bytesRead.get(KEY) ?? 0 };
}

async function startsOf(...args: Parameters<typeof aligned>): Promise<number[]> {
  const { ranges } = await aligned(...args);
  const ends = ranges.map(({ endByte }) => endByte);
  const starts = ranges.map(({ startByte }) => startByte);
  expect(ends.slice(0, -1)).toEqual(starts.slice(1));
  return starts;
}

describe('ranges of lines of any length', () => {
  it('begin with the first line at or after each cut', async () => {
    const lines = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom(0, 7),
        fc.boolean(),
        async (lengths, size, from, isEnded) => {
          const lines = lengths.map((length) => 'x'.repeat(length)).join('\n');
          const text = `${'h'.repeat(from)}${lines}${isEnded ? '\n' : ''}`;
          const begins = [from, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
          const expected = new Set<number>();
          for (let cut = from; cut < text.length; cut += size) {
            const start = begins.find((begin) => begin >= cut);
            if (start !== undefined && start < text.length) expected.add(start);
          }
          expect(await startsOf(text, size, { from })).toEqual([...expected]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('end where the details end, and not in the trailer', async () => {
    const text = `${'x'.repeat(50)}\n${'t'.repeat(5)}\n`;
    expect((await aligned(text, 20, { to: 51 })).ranges).toEqual([
      { startByte: 0, endByte: 51, parents: [] },
    ]);
  });

  it('are not cut in a line that is longer than any that is kept: whoever reads it refuses the file', async () => {
    const kept = `${'x'.repeat(MAX_LINE_BYTES - 1)}\n`;
    expect(await startsOf(kept + kept, MAX_LINE_BYTES)).toEqual([0, MAX_LINE_BYTES]);
    const tooLong = `${'x'.repeat(5 * MAX_LINE_BYTES)}\ny\n`;
    expect(await startsOf(tooLong, 3 * MAX_LINE_BYTES)).toEqual([0]);
    expect(await startsOf(`y\n${tooLong}`, MAX_LINE_BYTES)).toEqual([0, 5 * MAX_LINE_BYTES + 3]);
  });

  it('read a few bytes around each cut', async () => {
    const text = `${'x'.repeat(LENGTH)}\n`.repeat(100);
    expect((await aligned(text, 1000)).bytesRead).toBe(2 * (LENGTH + 2));
    expect((await aligned(text, 1050, { uniform: true })).bytesRead).toBe(1);
    // Eight times as many each time until the line ends.
    expect((await aligned(`${'x'.repeat(300)}\n`.repeat(10), 2000)).bytesRead).toBe((LENGTH + 2) * (1 + 8));
    expect(
      (await aligned(text.replaceAll('\n', '\r\n'), 1100, { uniform: true, terminatorBytes: 2 })).bytesRead,
    ).toBe(2);
  });

  it('are at most as many as a plan can hold', async () => {
    const text = 'x\n'.repeat(MAX_RANGES);
    await expect(aligned(text, 1)).rejects.toThrow(UsageError);
    await expect(aligned(text, 1)).rejects.toThrow('Use at least 2 bytes');
    expect((await aligned(text, 2)).ranges).toHaveLength(MAX_RANGES);
  });
});

describe('ranges of records of one length', () => {
  const record = 'x'.repeat(LENGTH);
  const uniform = { uniform: true };

  it.each([
    [1, '\n'],
    [2, '\r\n'],
    [0, ''],
  ])('are computed whatever stands before a cut, with a terminator of %i', async (terminatorBytes, end) => {
    const text = (record + end).repeat(4);
    const stride = LENGTH + terminatorBytes;
    const form = { ...uniform, layout: FIXED, terminatorBytes };
    const starts = [0, stride, 2 * stride, 3 * stride];
    expect(await startsOf(text, stride, form)).toEqual(starts);
    expect(await startsOf(text.replaceAll('x', '\n'), stride, form)).toEqual(starts);
    expect((await aligned(text, stride, form)).bytesRead).toBe(0);
  });

  it('fall back on line ends if the file is of lines', async () => {
    const text = `${record}\n${'y'.repeat(10)}\n${'z'.repeat(15)}\n${record}\n`;
    expect(await startsOf(text, 21, uniform)).toEqual([0, 21, 48]);
    expect(await startsOf(`${record}\n${record}\n`, 21, uniform)).toEqual([0, 21]);
    // With CR LF, a line end alone is no boundary of lines of one length, and begins a line all the same.
    const form = { ...uniform, terminatorBytes: 2 };
    expect(await startsOf(`${record}x\n${record}\r\n`, 22, form)).toEqual([0, 22]);
  });
});

describe('the parents of the first record of a range', () => {
  it('are the last of each type before it that belong to each other', async () => {
    const kinds = fc.array(fc.constantFrom('A', 'B', 'C', 'X'), { minLength: 2, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(kinds, fc.integer({ min: 1, max: 80 }), async (records, size) => {
        const text = records.map((kind) => `${kind.padEnd(9, '1')}\n`).join('');
        const { ranges } = await aligned(text, size, { layout: DETAIL_LEVELS });
        const last = new Map<string, number>();
        const expected = new Map<number, unknown>();
        for (const [index, kind] of records.entries()) {
          const parents = ['A', 'B'].filter((one) => last.has(one));
          expected.set(
            index * 10,
            parents.map((one) => {
              const startByte = last.get(one)!;
              return { recordType: one.toLowerCase(), startByte, endByte: startByte + 9 };
            }),
          );
          if (kind === 'A') last.delete('B');
          if (kind === 'A' || (kind === 'B' && last.has('A'))) last.set(kind, index * 10);
        }
        for (const { startByte, parents } of ranges) {
          if (startByte === 0) expect(parents).toEqual([]);
          else expect(parents).toEqual(expected.get(startByte));
        }
      }),
      { numRuns: 25 },
    );
  });
});

it('one type of parents is enough to look for them', async () => {
  const { recordTypes, ...rest } = LEVELS;
  const two = readLayout(JSON.stringify({ ...rest, recordTypes: recordTypes.slice(0, 2) }), 'levels.json');
  const text = ['A', 'B', 'B'].map((kind) => `${kind.padEnd(9, '1')}\n`).join('');
  const { ranges } = await aligned(text, 10, { layout: two });
  const parents = [{ recordType: 'a', startByte: 0, endByte: 9 }];
  expect(ranges).toMatchObject([{ parents: [] }, { parents }, { parents }]);
});

it('parents of lines are looked for at the starts of lines, however long the lines are', async () => {
  const far = `A${'1'.repeat(8)}\nB${'1'.repeat(8)}\n`;
  // Whoever began within such a line would take it for one of type A.
  const text = far + `C${'A'.repeat(10)}\n`.repeat(12_000);
  const cut = far.length + 12 * 11_000;
  const { ranges } = await aligned(text, cut, { layout: DETAIL_LEVELS });
  expect(ranges).toMatchObject([
    { parents: [] },
    {
      startByte: cut,
      parents: [
        { recordType: 'a', startByte: 0 },
        { recordType: 'b', startByte: 10 },
      ],
    },
  ]);
});

it('parents of records of one length are looked for at the starts of records', async () => {
  const record = { format: 'fixed', length: LENGTH };
  const layout = readLayout(JSON.stringify({ ...LEVELS, record }), 'levels.json');
  // Whoever began within such a record would take it for one of type A.
  const text = ['A', 'B', ...Array(12_000).fill('C')].map((kind) => kind.padEnd(LENGTH, 'A')).join('');
  const form = { layout, uniform: true, terminatorBytes: 0 };
  const { ranges } = await aligned(text, 11_000 * LENGTH, form);
  expect(ranges).toMatchObject([
    { parents: [] },
    {
      parents: [
        { recordType: 'a', startByte: 0 },
        { recordType: 'b', startByte: LENGTH },
      ],
    },
  ]);
});

describe('whole records before a cut', () => {
  const text = Buffer.from('aaaa\nbb\ncccccccccc\nd\n');
  const reads: number[] = [];
  const read = async ({ startByte, endByte }: { startByte: number; endByte: number }) => {
    reads.push(endByte - startByte);
    return new Uint8Array(text.subarray(startByte, endByte));
  };
  const shown = async (piece: Promise<{ startByte: number; bytes: Uint8Array }>) => {
    const { startByte, bytes } = await piece;
    return [startByte, Buffer.from(bytes).toString()];
  };

  it('of lines begin with a line, and go further back until they hold one', async () => {
    const recordsTo = linesBefore(LF, read);
    expect(await shown(recordsTo(21, 0, 3))).toEqual([19, 'd\n']);
    expect(await shown(recordsTo(21, 0, 13))).toEqual([19, 'd\n']);
    expect(await shown(recordsTo(21, 0, 14))).toEqual([8, 'cccccccccc\nd\n']);
    reads.length = 0;
    expect(await shown(recordsTo(19, 0, 3))).toEqual([8, 'cccccccccc\n']);
    expect(reads).toEqual([3, 12]);
    expect(await shown(recordsTo(19, 8, 3))).toEqual([8, 'cccccccccc\n']);
    expect(await shown(recordsTo(5, 0, 1))).toEqual([0, 'aaaa\n']);
  });

  it('of one length are as many as were wanted, at least one', async () => {
    const recordsTo = fixedBefore(4, read);
    expect((await recordsTo(20, 0, 1)).startByte).toBe(16);
    expect((await recordsTo(20, 0, 8)).startByte).toBe(12);
    expect((await recordsTo(20, 0, 9)).startByte).toBe(8);
    expect((await recordsTo(20, 16, 9)).startByte).toBe(16);
  });
});
