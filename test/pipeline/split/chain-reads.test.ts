import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { UsageError } from '../../../shared/errors.ts';
import { type ChainReading, chainRanges } from '../../../shared/pipeline/split/chain-ranges.ts';
import type { SourceStore } from '../../../shared/ports/object-store.ts';
import type { ByteRange } from '../../../shared/ranges/byte-range.ts';
import {
  bdwChain,
  type ChainShape,
  lengthFieldChain,
  rdwChain,
} from '../../../shared/ranges/record-chain.ts';
import { CHAIN_FORMATS, chainFile } from '../../support/chain-file.ts';
import { LONG_CHAIN_RECORD_BYTES, LongChain, MIB } from '../../support/long-chain.ts';
import { recordReads } from '../../support/recorded-reads.ts';

const KEY = 'in/a.vb';
const RECORD_BYTES = LONG_CHAIN_RECORD_BYTES;
const RDW = CHAIN_FORMATS[0]!;

async function readingOf(recordCount: number, startByte: number) {
  const file = new LongChain(startByte);
  const span = { startByte, endByte: startByte + recordCount * RECORD_BYTES };
  const source = { key: KEY, sizeBytes: span.endByte, version: 'v', pin: 'v' };
  const found = await chainRanges(file, source, rdwChain(), span, 128 * MIB);
  if ('code' in found) throw new Error(found.code);
  expect(found.recordCount).toBe(recordCount);
  return { file, found, span };
}

describe('how much of a long chain is read at once, if nobody says so', () => {
  it('one reader more for every 64 MiB, each from a search in 1 MiB of its part, in reads of 16 MiB', async () => {
    const { file, found, span } = await readingOf((127 * MIB) / RECORD_BYTES, 1000);
    const middle = Math.floor(span.startByte + (127 * MIB) / 2);
    expect(file.searches).toEqual([{ startByte: middle, endByte: middle + MIB }]);
    // The second reader begins with the first record after what was searched.
    const link = 1000 + Math.ceil((middle + MIB - 1000) / RECORD_BYTES) * RECORD_BYTES;
    // The first one follows the chain up to the first mark after that, and a little further: the record there may begin later.
    const metAt = 1000 + Math.ceil((link - 1000) / MIB) * MIB;
    const reads = (startByte: number, endByte: number) =>
      Array.from({ length: Math.ceil((endByte - startByte) / (16 * MIB)) }, (_, index) => ({
        startByte: startByte + index * 16 * MIB,
        endByte: Math.min(endByte, startByte + (index + 1) * 16 * MIB),
      }));
    const sorted = file.streams.toSorted((a, b) => a.startByte - b.startByte);
    expect(sorted).toEqual([...reads(1000, metAt + 64 * 1024), ...reads(link, span.endByte)]);
    expect(found).toMatchObject({ guessCount: 1, wrongGuessCount: 0 });
    expect(found.bytesRead).toBe(MIB + (metAt + 64 * 1024 - 1000) + (span.endByte - link));
  });

  it('a chain of less than 64 MiB by one reader, which searches nothing', async () => {
    const { file } = await readingOf((64 * MIB) / RECORD_BYTES - 1, 0);
    expect(file.searches).toEqual([]);
  });

  it('never by more than eight readers, of which two search at once: the tables of a search are large', async () => {
    const { file, found } = await readingOf((600 * MIB) / RECORD_BYTES, 0);
    expect(file.searches.map(({ startByte }) => startByte)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((index) => (index * 600 * MIB) / 8),
    );
    expect(file.searchesAtOnce).toBe(2);
    expect(found).toMatchObject({ guessCount: 7, wrongGuessCount: 0 });
  });
});

/** What chunks of 64 KiB are read of a file in memory, and what for. */
async function readsOf(shape: ChainShape, bytes: Uint8Array, rangeSizeBytes: number, reading: ChainReading) {
  const store = new MemoryObjectStore();
  store.replace(KEY, bytes);
  const searches = recordReads(store);
  const streams: ByteRange[] = [];
  const streamRange = store.streamRange.bind(store);
  store.streamRange = (key, range, options) => {
    if (range) streams.push(range);
    return streamRange(key, range, options);
  };
  const source = (await store.head(KEY))!;
  const span = { startByte: 0, endByte: bytes.length };
  const found = await chainRanges(store, source, shape, span, rangeSizeBytes, reading);
  if ('code' in found) throw new Error(found.code);
  return { found, searches, streams };
}

const records = (count: number, lengthBytes: number) =>
  Array.from({ length: count }, () => new Uint8Array(lengthBytes - 4).fill(0xc1));

describe('a search', () => {
  const bdw = CHAIN_FORMATS.find(({ name }) => name === 'bdw')!;
  const reading = { readerCount: 2, markBytes: 1000 };
  const lengths = (ranges: ByteRange[]) => ranges.map(({ startByte, endByte }) => endByte - startByte);

  it('believes in four records in a row, or in two blocks', async () => {
    const { bytes } = chainFile(RDW, records(80, 100));
    const ofRecords = async (searchBytes: number) =>
      lengths((await readsOf(rdwChain(), bytes, 1000, { ...reading, searchBytes })).searches);
    expect(await ofRecords(400)).toEqual([400]);
    expect(await ofRecords(300)).toEqual([300, 2400]);
    const blocks = chainFile(bdw, records(80, 99), 0, [4]).bytes;
    const ofBlocks = async (searchBytes: number) =>
      lengths((await readsOf(bdwChain(), blocks, 1000, { ...reading, searchBytes })).searches);
    expect(await ofBlocks(800)).toEqual([800]);
    expect(await ofBlocks(400)).toEqual([400, 3200]);
  });

  it('that finds nothing in eight times as much gives no reader a start', async () => {
    const { bytes } = chainFile(RDW, records(10, 10_000));
    const { found, searches } = await readsOf(rdwChain(), bytes, 1000, { ...reading, searchBytes: 1000 });
    expect(lengths(searches)).toEqual([1000, 8000]);
    expect(found).toMatchObject({ guessCount: 0, wrongGuessCount: 0, recordCount: 10 });
  });

  it('counts only if it leads to a mark of its own before the end: there its reader is met', async () => {
    const { bytes } = chainFile(RDW, records(200, 20));
    const eight = { readerCount: 8, searchBytes: 100, markBytes: 1000 };
    // Eight readers find places after 600, 1100, 1600 … 3600; marks are at 1000, 2000, 3000, and 4000 is the end.
    const { found } = await readsOf(rdwChain(), bytes, 1000, eight);
    expect(found).toMatchObject({ guessCount: 3, wrongGuessCount: 0, recordCount: 200 });
  });
});

it('after a wrong guess, one mark is read, then two, four and so on, until the next guess can be met', async () => {
  // A false chain with two links per record, twice as many as the true one beside it.
  const fake = new Uint8Array(96).fill(0xc1);
  fake.set([0, 50, 0, 0], 10);
  fake.set([0, 50, 0, 0], 60);
  const data = [...Array(4500).fill(fake), ...records(3000, 100), ...Array(2500).fill(fake)];
  const reading = { readerCount: 6, searchBytes: 2000, markBytes: 12_500 };
  const { found, streams } = await readsOf(rdwChain(), chainFile(RDW, data).bytes, 25_000, reading);
  expect(found).toMatchObject({ guessCount: 5, wrongGuessCount: 3, recordCount: 10_000 });
  const marks = ({ startByte, endByte }: ByteRange) => [startByte / 12_500, (endByte - 64 * 1024) / 12_500];
  expect(streams.slice(6).map(marks)).toEqual([
    ...[
      [14, 15],
      [15, 17],
      [17, 21],
      [21, 27],
    ],
    ...[
      [27, 28],
      [28, 30],
      [30, 34],
      [34, 41],
    ],
    ...[
      [67, 68],
      [68, 70],
      [70, 74],
      [74, marks({ startByte: 0, endByte: 1_000_000 })[1]],
    ],
  ]);
});

/** A store that hands out a file in chunks of one size, each in memory that the next one overwrites. */
class Chunks implements SourceStore {
  private readonly bytes: Uint8Array;
  private readonly chunkBytes: number;

  constructor(bytes: Uint8Array, chunkBytes: number) {
    this.bytes = bytes;
    this.chunkBytes = chunkBytes;
  }

  async readRange(_key: string, { startByte, endByte }: ByteRange): Promise<Uint8Array> {
    return this.bytes.slice(startByte, endByte);
  }

  async *streamRange(_key: string, { startByte, endByte }: ByteRange = { startByte: 0, endByte: 0 }) {
    const memory = new Uint8Array(this.chunkBytes);
    for (let at = startByte; at < endByte; at += memory.length) {
      const chunk = this.bytes.subarray(at, Math.min(at + memory.length, endByte));
      memory.set(chunk);
      yield memory.subarray(0, chunk.length);
      memory.fill(0xee);
    }
  }
}

describe('heads of records that lie in several chunks', () => {
  const oneByte = lengthFieldChain({
    fieldAtBytes: 0,
    fieldBytes: 1,
    coding: 'big-endian',
    maximumBytes: 99,
  });
  const short = {
    ...{ name: 'a length in one byte', shape: oneByte, minimumDataBytes: 1 },
    record: (data: Uint8Array) => Uint8Array.of(data.length, ...data.subarray(1)),
  };
  const formats = [short, ...CHAIN_FORMATS];

  it.each(
    formats.map((format) => [format.name, format] as const),
  )('of %s are read whole', async (_, format) => {
    const data = Array.from(
      { length: 25 },
      (_, index) => new Uint8Array(format.minimumDataBytes + ((index * 7) % 12)),
    );
    const file = chainFile(format, data, 2, [1, 4, 2]);
    const span = { startByte: 2, endByte: file.bytes.length };
    const source = { key: KEY, sizeBytes: span.endByte, version: 'v', pin: 'v' };
    for (let chunkBytes = 1; chunkBytes < 12; chunkBytes++) {
      const raw = new Chunks(file.bytes, chunkBytes);
      const found = await chainRanges(raw, source, format.shape, span, 1, { readerCount: 1, readBytes: 40 });
      expect(found).toMatchObject({ recordCount: 25, lastRecordByte: file.records.at(-1)?.startByte });
      const starts = 'ranges' in found ? found.ranges.map(({ startByte }) => startByte) : [];
      expect(starts, `chunks of ${chunkBytes}`).toEqual(file.links);
    }
  });
});

it('where a chain breaks is told, whoever comes to it', async () => {
  const { bytes, links } = chainFile(RDW, records(200, 20));
  const broken = bytes.slice();
  broken.set([0, 3], links[150]);
  const source = { key: KEY, sizeBytes: bytes.length, version: 'v', pin: 'v' };
  for (const readerCount of [1, 2, 5]) {
    const raw = new Chunks(broken, 64);
    const span = { startByte: 0, endByte: bytes.length };
    const reading = { readerCount, searchBytes: 100, markBytes: 200 };
    expect(await chainRanges(raw, source, rdwChain(), span, 1000, reading)).toMatchObject({
      ...{ code: 'impossible-length', of: 'record', atByte: links[150], lengthBytes: 3, recordIndex: 150 },
    });
  }
});

describe('a range size', () => {
  it('may cut a chain into as many ranges as a plan can hold, and no more', async () => {
    const { bytes } = chainFile(RDW, records(10_000, 4));
    const { found } = await readsOf(rdwChain(), bytes, 4, { readerCount: 1 });
    expect(found.ranges).toHaveLength(10_000);
    const refused = readsOf(rdwChain(), bytes, 3, {});
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow('Use at least 4 bytes');
  });
});
