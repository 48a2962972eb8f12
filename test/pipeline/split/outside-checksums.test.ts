import { expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { outsideChecksums } from '../../../shared/pipeline/split/outside-checksums.ts';
import { recordReads } from '../../support/recorded-reads.ts';
import { checksumOf } from '../../support/small-contracts.ts';

const KEY = 'in/a.txt';

async function sumsOf(bytes: Uint8Array, ...ranges: [startByte: number, endByte: number][]) {
  const raw = new MemoryObjectStore();
  raw.replace(KEY, bytes);
  const reads = recordReads(raw);
  const source = { raw, info: (await raw.head(KEY))!, compression: null, isSeekable: false };
  const found = await outsideChecksums(
    source,
    ranges.map(([startByte, endByte]) => ({ startByte, endByte })),
  );
  return { found, reads };
}

it('every byte that is in no range is summed up, and no other', async () => {
  const bytes = Buffer.from('HH-aaaabbbb--cccc..TT');
  const sum = (startByte: number, endByte: number) => ({
    ...{ startByte, endByte },
    checksum: checksumOf(bytes.subarray(startByte, endByte)),
  });
  expect((await sumsOf(bytes, [3, 7], [7, 11], [13, 17])).found).toEqual([
    sum(0, 3),
    sum(11, 13),
    sum(17, 21),
  ]);
  expect((await sumsOf(bytes, [0, 9], [10, 21])).found).toEqual([sum(9, 10)]);
  expect((await sumsOf(bytes, [1, 21])).found).toEqual([sum(0, 1)]);
  expect(await sumsOf(bytes, [0, 21])).toEqual({ found: [], reads: [] });
  expect((await sumsOf(bytes)).found).toEqual([sum(0, 21)]);
});

it('a long end of a file is read in pieces of one MiB', async () => {
  const MIB = 1024 * 1024;
  const bytes = new Uint8Array(2 * MIB + 5).fill(0x1a);
  const { found, reads } = await sumsOf(bytes, [0, 5]);
  expect(reads).toEqual([
    { startByte: 5, endByte: MIB + 5 },
    { startByte: MIB + 5, endByte: 2 * MIB + 5 },
  ]);
  expect(found).toEqual([{ startByte: 5, endByte: bytes.length, checksum: checksumOf(bytes.subarray(5)) }]);
});
