import { describe, expect, it } from 'vitest';
import { bdwChain, rdwChain } from '../../shared/ranges/record-chain.ts';
import { type ChainWalk, nextRecord, startWalk, walkToLink } from '../../shared/ranges/record-chain-walk.ts';
import { CHAIN_FORMATS, type ChainFormat, chainFile } from '../support/chain-file.ts';

/** The file begins at a byte that does not fit into 32 bits. */
const BASE = 6_000_000_000;
const FORMATS = CHAIN_FORMATS.map((format) => [format.name, format] as const);

function fileOf(format: ChainFormat) {
  const data = [3, 0, 7, 1, 5].map((more) => new Uint8Array(format.minimumDataBytes + more).fill(0xf1));
  return chainFile(format, data, 2, [2, 1]);
}

describe.each(FORMATS)('a small chain of %s', (_, format) => {
  const { bytes, links, records } = fileOf(format);
  const { shape } = format;
  const endByte = BASE + bytes.length;
  const headBytes = Math.max(shape.record.headBytes, shape.block?.headBytes ?? 0);

  it('is followed to the first link at or after each place, in windows of each size', () => {
    for (let stop = 2; stop <= bytes.length + 3; stop++) {
      for (const windowBytes of [headBytes, headBytes + 1, headBytes + 5, bytes.length]) {
        const walk = startWalk(BASE + 2);
        for (let turn = 0; ; turn++) {
          expect(turn).toBeLessThan(60);
          const from = walk.atByte - BASE;
          const window = bytes.subarray(from, from + windowBytes);
          if (walkToLink(walk, window, BASE + from, shape, endByte, BASE + stop)) break;
          expect(walk.problem).toBeNull();
        }
        const link = links.find((at) => at >= stop) ?? bytes.length;
        const before = records.filter(({ startByte }) => startByte < link);
        const last = before.at(-1)?.startByte;
        expect([walk.atByte - BASE, walk.recordCount, walk.lastRecordByte], `to ${stop}`).toEqual([
          link,
          before.length,
          last === undefined ? -1 : BASE + last,
        ]);
      }
    }
  });

  it('is read record by record, each only once it lies whole in the window', () => {
    const walk = startWalk(BASE + 2);
    for (const [index, { startByte, data }] of records.entries()) {
      const from = walk.atByte - BASE;
      const end = startByte + shape.recordPrefixBytes + data.length;
      for (let windowEnd = from; windowEnd < end; windowEnd++) {
        const copy: ChainWalk = { ...walk };
        expect(
          nextRecord(copy, bytes.subarray(from, windowEnd), BASE + from, shape, endByte),
        ).toBeUndefined();
        expect([copy.problem, copy.recordCount]).toEqual([null, index]);
      }
      const record = nextRecord(walk, bytes.subarray(from, end), BASE + from, shape, endByte);
      expect(record?.range).toEqual({ startByte: BASE + startByte, endByte: BASE + end });
      expect(Buffer.from(record?.bytes ?? [])).toEqual(Buffer.from(data));
      expect([walk.atByte, walk.recordCount, walk.lastRecordByte]).toEqual([
        BASE + end,
        index + 1,
        BASE + startByte,
      ]);
    }
    expect(nextRecord(walk, new Uint8Array(), endByte, shape, endByte)).toBeUndefined();
    expect(walk.problem).toBeNull();
  });

  it('that is cut off is broken at the link that is not whole, unless it is cut at a link', () => {
    for (let length = 3; length <= bytes.length; length++) {
      const walk = startWalk(BASE + 2);
      const end = BASE + length;
      const isWhole = walkToLink(walk, bytes.subarray(2, length), BASE + 2, shape, end, end);
      const isLink = length === bytes.length || links.includes(length);
      const link = links.findLast((at) => at < length)!;
      expect([isWhole, walk.problem === null], `${length} bytes`).toEqual([isLink, isLink]);
      if (isLink) continue;
      const head = (shape.block ?? shape.record).headBytes;
      const isHeadThere = length - link >= head;
      expect(walk.problem).toEqual({
        ...{ code: 'cut-record', of: shape.block ? 'block' : 'record', atByte: BASE + link },
        lengthBytes: isHeadThere ? (links[links.indexOf(link) + 1] ?? bytes.length) - link : null,
        recordIndex: records.filter(({ startByte }) => startByte < link).length,
      });
    }
  });
});

describe('a chain that is broken', () => {
  const next =
    (walk: ChainWalk, shape = rdwChain({}, 10)) =>
    (bytes: number[], endByte = bytes.length) =>
      nextRecord(walk, Uint8Array.from(bytes), 0, shape, endByte);

  it('has no record where it breaks, nor after that', () => {
    const walk = startWalk(0);
    expect(next(walk)([0, 15, 0, 0, ...Array(11).fill(1)])).toBeUndefined();
    expect(walk.problem).toMatchObject({ code: 'impossible-length', lengthBytes: 15, atByte: 0 });
    expect(next(walk)([0, 5, 0, 0, 1])).toBeUndefined();
    expect([walk.atByte, walk.recordCount, walk.lastRecordByte]).toEqual([0, 0, -1]);
  });

  it('has records of the shortest and of the longest length', () => {
    expect(next(startWalk(0))([0, 4, 0, 0])?.bytes).toHaveLength(0);
    expect(next(startWalk(0))([0, 14, 0, 0, ...Array(10).fill(1)])?.bytes).toHaveLength(10);
    expect(next(startWalk(0))([0, 3, 0, 0])).toBeUndefined();
  });

  it('has no record that ends after the file or after its block, to the byte', () => {
    const record = [0, 6, 0, 0, 1, 2];
    expect(next(startWalk(0))(record, 6)?.range).toEqual({ startByte: 0, endByte: 6 });
    const cut = startWalk(0);
    expect(next(cut)(record, 5)).toBeUndefined();
    expect(cut.problem).toMatchObject({ code: 'cut-record', lengthBytes: 6 });
    const inBlock = (blockBytes: number) => {
      const walk = startWalk(0);
      const found = next(walk, bdwChain())([0, blockBytes, 0, 0, ...record, 0, 0, 0, 0]);
      return found?.range.endByte ?? walk.problem?.code;
    };
    expect([9, 10, 11].map(inBlock)).toEqual(['record-exceeds-block', 10, 10]);
    // A block whose end is in the middle of the word of its last record.
    const walk = startWalk(0);
    const bytes = [0, 12, 0, 0, ...record, 0, 6];
    expect(next(walk, bdwChain())(bytes)?.range.endByte).toBe(10);
    expect(next(walk, bdwChain())(bytes)).toBeUndefined();
    expect(walk.problem).toMatchObject({
      code: 'record-exceeds-block',
      atByte: 10,
      lengthBytes: null,
      recordIndex: 1,
    });
  });
});
