import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { SourceChanged, UsageError } from '../../../shared/errors.ts';
import {
  type ChainRanges,
  type ChainReading,
  chainRanges,
} from '../../../shared/pipeline/split/chain-ranges.ts';
import type { ReadOptions } from '../../../shared/ports/object-store.ts';
import type { ByteRange } from '../../../shared/ranges/byte-range.ts';
import { firstMarkFrom, markByte, placeMarks } from '../../../shared/ranges/chain-marks.ts';
import { type ChainShape, rdwChain } from '../../../shared/ranges/record-chain.ts';
import type { ChainProblem } from '../../../shared/ranges/record-chain-walk.ts';
import { CHAIN_FORMATS, type ChainFormat, chainFile } from '../../support/chain-file.ts';
import { expectSameRows } from '../../support/first-difference.ts';
import { samples } from '../../support/samples.ts';

const KEY = 'raw/accounts.vb';

/** Hands out reads in chunks of given sizes in turn, each in memory that the next one overwrites. */
class ChoppingStore extends MemoryObjectStore {
  chunkSizes: number[] = [64 * 1024];
  readonly reads: ByteRange[] = [];

  override async *streamRange(
    key: string,
    range?: ByteRange,
    options?: ReadOptions,
  ): AsyncIterable<Uint8Array> {
    if (range) this.reads.push(range);
    const memory = new Uint8Array(64 * 1024);
    let turn = 0;
    for await (const chunk of super.streamRange(key, range, options)) {
      for (let at = 0; at < chunk.length; turn++) {
        const piece = chunk.subarray(at, at + this.chunkSizes[turn % this.chunkSizes.length]!);
        memory.set(piece);
        yield memory.subarray(0, piece.length);
        memory.fill(0xee);
        at += piece.length;
      }
    }
  }
}

async function planned(
  shape: ChainShape,
  bytes: Uint8Array,
  rangeSizeBytes: number,
  reading: ChainReading,
  { span = { startByte: 0, endByte: bytes.length }, store = new ChoppingStore() } = {},
): Promise<ChainRanges | ChainProblem> {
  store.replace(KEY, bytes);
  const source = await store.head(KEY);
  return chainRanges(store, source!, shape, span, rangeSizeBytes, reading);
}

/** The ranges of a chain that must not break. */
async function plannedRanges(...args: Parameters<typeof planned>): Promise<ChainRanges> {
  const found = await planned(...args);
  if ('code' in found) throw new Error(`the chain breaks at byte ${found.atByte}`);
  return found;
}

/** Ranges by the rule, from links that the maker of the file knows. */
function expectedRanges(links: number[], span: ByteRange, rangeSizeBytes: number): ByteRange[] {
  const starts = new Set<number>();
  for (let cut = span.startByte; cut < span.endByte; cut += rangeSizeBytes) {
    const link = links.find((at) => at >= cut);
    if (link !== undefined) starts.add(link);
  }
  const sorted = [...starts].sort((a, b) => a - b);
  return sorted.map((startByte, index) => ({ startByte, endByte: sorted[index + 1] ?? span.endByte }));
}

/** Nine of them still make a block whose length fits into fifteen bits. */
const LARGEST_BYTES = 3500;

/** Records whose bytes are chains of the same format themselves, whole or cut, at any offset, beside harmless ones. */
function adversarialRecords(format: ChainFormat): fc.Arbitrary<Uint8Array[]> {
  const { minimumDataBytes: least } = format;
  const harmless = fc.integer({ min: least, max: 300 }).map((length) => new Uint8Array(length).fill(0xc5));
  const empty = format.record(new Uint8Array(least));
  const nested = fc
    .record({
      skip: fc.nat(9),
      innerBytes: fc.integer({ min: least, max: 90 }),
      count: fc.integer({ min: 1, max: 60 }),
      cut: fc.nat(6),
      turns: fc.integer({ min: 1, max: 8 }),
    })
    .map(({ skip, innerBytes, count, cut, turns }) => {
      const inner = Array.from({ length: count }, () => new Uint8Array(innerBytes).fill(0xc6));
      const chain = chainFile(format, inner, 0, [4]).bytes;
      const data = Buffer.concat([new Uint8Array(least + skip), ...Array(turns).fill(chain)]);
      return new Uint8Array(data.subarray(0, Math.max(least, Math.min(LARGEST_BYTES, data.length - cut))));
    });
  const dense = fc
    .integer({ min: 1, max: 400 })
    .map((count) => new Uint8Array(Buffer.concat(Array(count).fill(empty)).subarray(0, LARGEST_BYTES)));
  const one = fc.oneof(
    { arbitrary: harmless, weight: 6 },
    { arbitrary: nested, weight: 2 },
    { arbitrary: dense, weight: 1 },
  );
  return fc.array(one, { minLength: 1, maxLength: 120, size: 'max' });
}

const readings = fc.record({
  readerCount: fc.integer({ min: 2, max: 7 }),
  readBytes: fc.constantFrom(64, 1000, 1 << 20),
  searchBytes: fc.constantFrom(16, 200, 1500, 6000),
  markBytes: fc.constantFrom(50, 333, 2000),
});

const seen = { guesses: 0, wrong: 0 };

describe.each(CHAIN_FORMATS)('several readers of $name', (format) => {
  const cases = fc.record({
    data: adversarialRecords(format),
    blockSizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
    headerBytes: fc.nat(70),
    rangeSizeBytes: fc.constantFrom(40, 701, 4096, 100_000),
    chunkSizes: fc.array(fc.constantFrom(1, 2, 3, 7, 1000, 64 * 1024), { minLength: 1, maxLength: 4 }),
    reading: readings,
  });

  test('find what one reader finds, and what the maker of the file knows', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ data, blockSizes, headerBytes, rangeSizeBytes, chunkSizes, reading }) => {
          const { bytes, links, records } = chainFile(format, data, headerBytes, blockSizes);
          const padded = new Uint8Array(bytes.length + 5).fill(0x5b);
          padded.set(bytes);
          const span = { startByte: headerBytes, endByte: bytes.length };
          const store = new ChoppingStore();
          store.chunkSizes = chunkSizes;
          const found = await plannedRanges(format.shape, padded, rangeSizeBytes, reading, { span, store });
          expect(found).toMatchObject({
            ranges: expectedRanges(links, span, rangeSizeBytes),
            recordCount: records.length,
            lastRecordByte: records.at(-1)!.startByte,
          });
          // Places to follow the chain from, of which more marks make more; the last is its end.
          const places = new Set([...links, span.endByte]);
          expect(found.links.filter((link) => !places.has(link))).toEqual([]);
          seen.guesses += found.guessCount;
          seen.wrong += found.wrongGuessCount;
        },
      ),
      { numRuns: 30 },
    );
  });

  test('report the same break as one reader, in a file that is damaged or cut', async () => {
    const damage = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat(400) });
    await fc.assert(
      fc.asyncProperty(
        cases,
        damage,
        async ({ data, blockSizes, rangeSizeBytes, reading }, { at, byte, cut }) => {
          const whole = chainFile(format, data, 0, blockSizes);
          const bytes = whole.bytes.slice(0, Math.max(1, whole.bytes.length - cut));
          // Heads of links are where damage counts most.
          bytes[whole.links[at % whole.links.length]! + (at % 4)] = byte;
          const alone = await planned(format.shape, bytes, rangeSizeBytes, { readerCount: 1 });
          const together = await planned(format.shape, bytes, rangeSizeBytes, reading);
          const {
            bytesRead: _,
            guessCount: _1,
            wrongGuessCount: _2,
            links: _3,
            ...result
          } = together as ChainRanges;
          expect(alone).toMatchObject(result);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('cutting a chain', () => {
  const rdw = CHAIN_FORMATS[0]!;
  const steady = (count: number, lengthBytes = 96) =>
    chainFile(
      rdw,
      Array.from({ length: count }, () => new Uint8Array(lengthBytes).fill(0xc1)),
    );

  test('the cases above had right guesses and wrong ones', () => {
    expect(seen.wrong).toBeGreaterThan(50);
    expect(seen.guesses - seen.wrong).toBeGreaterThan(50);
  });

  test('an empty span has no range; one record has one', async () => {
    const { bytes } = steady(1);
    const nothing = { span: { startByte: 100, endByte: 100 } };
    expect(await planned(rdwChain(), bytes, 50, {}, nothing)).toMatchObject({ ranges: [], recordCount: 0 });
    expect(await planned(rdwChain(), bytes, 50, {})).toMatchObject({
      ranges: [{ startByte: 0, endByte: 100 }],
      recordCount: 1,
      lastRecordByte: 0,
    });
  });

  test('right guesses are taken over: hardly a byte is read twice', async () => {
    const { bytes } = steady(50_000);
    const store = new ChoppingStore();
    const reading = { readerCount: 4, searchBytes: 4096, markBytes: 4096 };
    const found = await plannedRanges(rdwChain(), bytes, 1_000_000, reading, { store });
    expect(found).toMatchObject({ guessCount: 3, wrongGuessCount: 0, recordCount: 50_000 });
    expect(found.ranges.map(({ startByte }) => startByte)).toEqual([0, 1e6, 2e6, 3e6, 4e6]);
    // Three searches, and for each reader one read with its slack.
    expect(store.calls).toEqual({ head: 1, readRange: 3, streamRange: 4 });
    expect(found.bytesRead).toBeLessThan(bytes.length + 3 * 4096 + 4 * 70_000);
    expect(found.bytesRead).toBe(store.bytesRead.get(KEY));
  });

  test('a guess inside a record that is itself a file of records is wrong, and is dropped with that record', async () => {
    // Its records have a length that no other has, so that the false chain never meets the true one by chance.
    const inner = steady(3000, 61).bytes.subarray(0, 60_000);
    const data = [new Uint8Array(500), inner, ...Array.from({ length: 1000 }, () => new Uint8Array(96))];
    const { bytes, links } = chainFile(rdw, data);
    const reading = { readerCount: 5, searchBytes: 2000, markBytes: 1000 };
    const found = await plannedRanges(rdwChain(), bytes, 20_000, reading);
    const span = { startByte: 0, endByte: bytes.length };
    expectSameRows(found.ranges, expectedRanges(links, span, 20_000));
    expect(found).toMatchObject({ guessCount: 4, wrongGuessCount: 1, recordCount: 1002 });
  });

  test('a false chain that runs beside the true one to the end, because records hold their own length, only costs speed', async () => {
    // Each record of 100 bytes holds its length twice more, 30 and 60 bytes on: three chains that never meet and look alike to a reader.
    const data = new Uint8Array(96).fill(0xc1);
    data.set([0, 100, 0, 0], 26);
    data.set([0, 100, 0, 0], 56);
    const records = Array.from({ length: 3000 }, () => data);
    // Records of another length in between let each chain in turn be the one with the most links that a search finds.
    records.splice(1500, 0, new Uint8Array(46), new Uint8Array(26));
    const { bytes, links } = chainFile(rdw, records);
    const span = { startByte: 0, endByte: bytes.length };
    const alone = await plannedRanges(rdwChain(), bytes, 10_000, { readerCount: 1 });
    expect(alone).toMatchObject({ ranges: expectedRanges(links, span, 10_000), recordCount: 3002 });
    let wrong = 0;
    for (let offset = 1000; offset < 1100; offset += 7) {
      const reading = { readerCount: 6, searchBytes: offset, markBytes: 500 };
      const found = await plannedRanges(rdwChain(), bytes, 10_000, reading);
      expect(found).toMatchObject({
        ranges: alone.ranges,
        recordCount: alone.recordCount,
        lastRecordByte: alone.lastRecordByte,
      });
      wrong += found.wrongGuessCount;
    }
    expect(wrong).toBeGreaterThan(10);
  });

  test('a wrong guess makes only its own segment be read again', async () => {
    const fake = new Uint8Array(96).fill(0xc1);
    // A false chain with two links per record, twice as many as the true one beside it, through half of the file.
    fake.set([0, 50, 0, 0], 10);
    fake.set([0, 50, 0, 0], 60);
    const plain = new Uint8Array(96).fill(0xc1);
    const { bytes } = chainFile(rdw, [...Array(20_000).fill(fake), ...Array(20_000).fill(plain)]);
    const reading = { readerCount: 4, searchBytes: 2000, markBytes: 1000 };
    const found = await plannedRanges(rdwChain(), bytes, 100_000, reading);
    expect(found).toMatchObject({ guessCount: 3, wrongGuessCount: 1, recordCount: 40_000 });
    // A quarter of the file again, and the slack of readers and steps.
    expect(found.bytesRead).toBeLessThan(bytes.length * 1.25 + 20 * 65_536);
  });

  test('a false chain that ends with the last record does not give it a false start', async () => {
    const inner = Buffer.concat([steady(300, 61).bytes, rdw.record(new Uint8Array(9000))]);
    const { bytes, records } = chainFile(rdw, [new Uint8Array(2000), new Uint8Array(inner)]);
    const reading = { readerCount: 2, searchBytes: 1000, markBytes: 500 };
    expect(await planned(rdwChain(), bytes, 1000, reading)).toMatchObject({
      guessCount: 1,
      wrongGuessCount: 1,
      recordCount: 2,
      lastRecordByte: records.at(-1)!.startByte,
    });
  });

  test('reads are large and as many as the file needs', async () => {
    const { bytes } = steady(20_000);
    const store = new ChoppingStore();
    await planned(rdwChain(), bytes, 100_000, { readerCount: 1, readBytes: 500_000 }, { store });
    expect(store.reads.map(({ startByte, endByte }) => endByte - startByte)).toEqual([5e5, 5e5, 5e5, 5e5]);
  });

  test('records longer than a read are stepped over, not read', async () => {
    const data = Array.from({ length: 40 }, () => new Uint8Array(60_000));
    const { bytes } = chainFile(rdw, data);
    const reading = { readerCount: 1, readBytes: 1000 };
    const found = await plannedRanges(rdwChain(), bytes, 500_000, reading);
    expect(found.recordCount).toBe(40);
    expect(found.bytesRead).toBe(40 * 1000);
  });

  test('a file that is replaced while it is read fails', async () => {
    const { bytes } = steady(20_000);
    const store = new ChoppingStore();
    store.beforeCall = (operation) => {
      if (operation === 'streamRange' && store.reads.length === 2) store.replace(KEY, bytes);
    };
    const reading = { readerCount: 1, readBytes: 500_000 };
    await expect(planned(rdwChain(), bytes, 100_000, reading, { store })).rejects.toThrow(SourceChanged);
  });

  test('if one reader fails, the others stop', async () => {
    const { bytes } = steady(20_000);
    const store = new ChoppingStore();
    store.beforeCall = (operation) => {
      if (operation === 'streamRange' && store.reads.length === 6) throw new Error('the network is down');
    };
    const reading = { readerCount: 4, readBytes: 10_000, searchBytes: 2000 };
    await expect(planned(rdwChain(), bytes, 100_000, reading, { store })).rejects.toThrow(
      'the network is down',
    );
    expect(store.reads.length).toBeLessThan(12);
  });

  test('too many ranges are refused before anything is read', async () => {
    const { bytes } = steady(200);
    await expect(planned(rdwChain(), bytes, 1, {})).rejects.toThrow(UsageError);
  });

  test('marks are in order, cuts among them, and found by byte', () => {
    const arbitrary = fc.record({
      startByte: fc.nat(1000),
      lengthBytes: fc.nat(5000),
      rangeSizeBytes: fc.integer({ min: 1, max: 900 }),
      markBytes: fc.integer({ min: 1, max: 900 }),
    });
    fc.assert(
      fc.property(arbitrary, fc.nat(), ({ startByte, lengthBytes, rangeSizeBytes, markBytes }, at) => {
        const span = { startByte, endByte: startByte + lengthBytes };
        const marks = placeMarks(span, rangeSizeBytes, markBytes);
        const bytes = Array.from({ length: marks.lastMark + 1 }, (_, mark) => markByte(marks, mark));
        expect(bytes[0]).toBe(startByte);
        expect(bytes.at(-1)).toBe(span.endByte);
        for (let mark = 1; mark < bytes.length; mark++) {
          expect(bytes[mark]! - bytes[mark - 1]!).toBeGreaterThan(0);
          expect(bytes[mark]! - bytes[mark - 1]!).toBeLessThanOrEqual(markBytes);
        }
        for (let cut = startByte; cut < span.endByte; cut += rangeSizeBytes) {
          const mark = bytes.indexOf(cut);
          expect(mark).toBe(((cut - startByte) / rangeSizeBytes) * marks.marksPerRange);
        }
        const byte = startByte + (lengthBytes === 0 ? 0 : at % lengthBytes);
        expect(firstMarkFrom(marks, byte)).toBe(bytes.findIndex((markAt) => markAt >= byte));
      }),
      { numRuns: samples(500) },
    );
  });
});
