import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect } from 'vitest';
import { ParquetMalformed } from '../../shared/errors.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { READ_MARGIN_BYTES, VALUES_TEXT } from '../../shared/kernel/shapes.ts';
import type { PageCodec } from '../../shared/layout/layout.ts';
import { PageEncoding, PageHeader, PageType } from '../../shared/parquet/format.ts';
import { PageCompressor } from '../../shared/parquet/page-compressor.ts';
import { readPageHeader } from '../../shared/parquet/page-header.ts';
import { uncompressPage } from '../../shared/parquet/page-memory.ts';
import { encodeThrift } from '../../shared/parquet/thrift.ts';

const kernel = new Kernel();
/** Bodies of pages: values of few kinds, as in columns, in any number. */
const bodies = fc
  .tuple(
    fc.array(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 9 }),
    fc.nat(6000),
    fc.nat(),
  )
  .map(([words, count, seed]) => {
    const texts = Array.from(
      { length: count },
      (_, at) => `${words[(at * 7 + seed) % words.length]}${(at * seed) % 9973}`,
    );
    return Buffer.from(texts.join(''), 'utf8');
  });
/** Where a page is damaged: bytes that become others, and how many are missing at the end. */
const damages = fc.record({
  places: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 }),
  cutBytes: fc.oneof(fc.constant(0), fc.nat(40)),
});

/** A page of the codec in the kernel's memory, with `change` done to what is stored; `read` uncompresses it. */
function storedPage(body: Uint8Array, codec: PageCodec, change: (stored: Buffer) => Buffer) {
  kernel.reset();
  const compressor = new PageCompressor(kernel);
  const from = kernel.allocate(body.length + READ_MARGIN_BYTES * 2) + READ_MARGIN_BYTES;
  kernel.bytes.set(body, from);
  const { address, length } = compressor.compress(
    { address: from, length: body.length, levelsBytes: 0, valuesForm: VALUES_TEXT },
    codec,
  );
  const stored = change(Buffer.from(kernel.bytes.subarray(address, address + length)));
  const header = encodeThrift(PageHeader, {
    type: PageType.DATA_PAGE,
    uncompressedPageSize: body.length,
    compressedPageSize: stored.length,
    dataPageHeader: {
      numValues: 1,
      encoding: PageEncoding.PLAIN,
      definitionLevelEncoding: PageEncoding.RLE,
      repetitionLevelEncoding: PageEncoding.RLE,
    },
  });
  const at = kernel.allocate(header.length + stored.length + READ_MARGIN_BYTES);
  kernel.bytes.set(Buffer.concat([header, stored]), at);
  return () =>
    uncompressPage(kernel, readPageHeader(kernel, at, at + header.length + stored.length), at, codec);
}

/** Pages are read back as they were; damaged ones are refused with a typed error, or read to the length that their header says. */
export function expectPagesRead(codec: PageCodec, numRuns: number): void {
  fc.assert(
    fc.property(bodies, damages, (body, { places, cutBytes }) => {
      const whole = storedPage(body, codec, (stored) => stored)();
      expect(Buffer.compare(kernel.bytes.subarray(whole.address, whole.end), body)).toBe(0);
      const read = storedPage(body, codec, (stored) => {
        for (const [place, change] of places) stored[place % stored.length]! ^= change;
        return stored.subarray(0, stored.length - Math.min(cutBytes, stored.length));
      });
      try {
        expect(read().length).toBe(body.length);
      } catch (error) {
        if (!(error instanceof ParquetMalformed)) throw error;
      }
    }),
    { numRuns },
  );
}

/** A frame in a form that the kernel leaves to a library: with a checksum. */
export function expectForeignFrameRead(): void {
  const body = Buffer.from('SILVA SANTOS '.repeat(500));
  const params = { [constants.ZSTD_c_checksumFlag]: 1 };
  const read = storedPage(body, 'zstd', () =>
    zstdCompressSync(body, { params, pledgedSrcSize: body.length }),
  )();
  expect(Buffer.compare(kernel.bytes.subarray(read.address, read.end), body)).toBe(0);
}
