import type { Kernel } from '../kernel/kernel.ts';
import {
  SNAPPY_TABLE_BYTES,
  VALUES_ANY,
  VALUES_TEXT,
  VALUES_WORDS,
  WRITE_MARGIN_BYTES,
} from '../kernel/shapes.ts';
import { type Compression, PAGE_CODECS, type PageCodec } from '../layout/layout.ts';
import { CompressionCodec } from './format.ts';
import { malformed } from './malformed.ts';
import type { ColumnSchema } from './schema.ts';

/** The number of each codec in the format. */
export const CODEC_NUMBERS: Record<PageCodec, number> = {
  snappy: CompressionCodec.SNAPPY,
  zstd: CompressionCodec.ZSTD,
  'zstd-fast': CompressionCodec.ZSTD,
  none: CompressionCodec.UNCOMPRESSED,
};

/** The codec that has this number in the format: of several the one that was asked for, or else the fastest. */
export function codecOf(codecNumber: number, wanted: Compression): PageCodec {
  const alike = PAGE_CODECS.filter((name) => CODEC_NUMBERS[name] === codecNumber);
  const codec = alike.find((name) => name === wanted) ?? alike.at(-1);
  if (!codec) throw malformed(`codec ${codecNumber}`);
  return codec;
}

/** Bytes in the kernel's memory. */
export interface KernelBytes {
  address: number;
  length: number;
}

/** Bytes to be compressed. */
export interface CompressibleBytes extends KernelBytes {
  /** Bytes before the values. */
  levelsBytes?: number;
  /** The kernel's name for the form of the values: one of VALUES_… in kernel/shapes.ts. */
  valuesForm?: number;
}

/** A search for matches must save so many percent of what Huffman codes alone make of a page. */
const LEAST_SAVED = { zstd: 20, 'zstd-fast': 60 };
const NO_SEARCH = 101;

/**
 * So many bytes of a chunk's first page are compressed with Snappy, and with Zstandard without a search, to see which suits it. Zstandard
 * must be smaller than SMALLER_SHARE of Snappy. Snappy finds matches up to 64 KiB back, so that it does better on whole pages than on a
 * sample. So a sample decides for Zstandard only if that is much smaller, and for texts only if it codes bytes of few kinds, such as digits,
 * in less than half their size: a match would have to be long to be shorter. Else more of the page decides.
 */
const SAMPLE_BYTES = 4 * 1024;
const LARGE_SAMPLE_BYTES = 128 * 1024;
const SMALLER_SHARE = 0.95;
const SURELY_SMALLER_SHARE = 0.75;
const FEW_KINDS_SHARE = 0.5;
/** A smaller page does not show what suits its chunk. */
const LEAST_SAMPLE_BYTES = 1024;
/** A smaller page is not tried if one of its column was. */
const SMALL_PAGE_BYTES = 64 * 1024;
/**
 * So many bytes of a chunk's first page of texts are compressed with Snappy in both ways. Matches at the beginnings of words alone, which take
 * two thirds of the time of a search, must not make more than this share of what that makes. Of so few bytes they make a tenth more where they
 * make as much of a page: their table lasts, and a search forgets each 64 KiB. Texts that stay above it end 8 to 100 % larger.
 */
const WORDS_SAMPLE_BYTES = 8 * 1024;
const WORDS_SHARE = 1.16;

/** Compresses pages in scratch memory of one kernel: each call overwrites what the one before returned. */
export class PageCompressor {
  private readonly kernel: Kernel;
  private readonly table: number;
  private readonly body = { address: 0, capacity: 0 };
  private readonly out = { address: 0, capacity: 0 };
  /** What suited the last page that was tried, by its column and encoding. */
  private readonly shown = new Map<ColumnSchema, Map<number, PageCodec>>();
  /** The form of texts that suited the last page of a column that was tried. */
  private readonly shownTexts = new Map<ColumnSchema, number>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.table = kernel.allocate(SNAPPY_TABLE_BYTES);
  }

  /** Address of scratch memory for a page's body. */
  reserveBody(byteCount: number): number {
    return this.reserve(this.body, byteCount);
  }

  /** The compressed page, in memory that is valid until the next call; for `none` the page itself. */
  compress(bytes: CompressibleBytes, codec: PageCodec): KernelBytes {
    const { address, length, levelsBytes = 0, valuesForm = VALUES_ANY } = bytes;
    const { kernel } = this;
    switch (codec) {
      case 'none':
        return { address, length };
      case 'snappy': {
        const out = this.reserve(this.out, length + length / 6 + WRITE_MARGIN_BYTES * 2);
        const { call } = kernel;
        return {
          address: out,
          length: call.compressSnappy(address, length, out, this.table, levelsBytes, valuesForm),
        };
      }
      case 'zstd':
      case 'zstd-fast':
        return this.zstd(bytes, LEAST_SAVED[codec]);
    }
  }

  private zstd(
    { address, length, levelsBytes = 0, valuesForm = VALUES_ANY }: CompressibleBytes,
    leastSaved: number,
  ): KernelBytes {
    const out = this.reserve(this.out, length + length / 6 + WRITE_MARGIN_BYTES * 2);
    const { call } = this.kernel;
    const written = call.compressZstd(address, length, out, levelsBytes, valuesForm, leastSaved);
    return { address: out, length: written };
  }

  /**
   * The codec that costs least for a chunk whose first page this is. Digits, integers and identifiers that rise take less time and fewer
   * bytes in `zstd-fast`, which searches for next to nothing; texts in which a search finds much take fewer bytes in Snappy. To try both takes
   * as long as to compress a small page, so such a one takes what another partition's page of the column showed.
   */
  suitable(page: CompressibleBytes, column: ColumnSchema, encoding: number): PageCodec {
    if (page.length < LEAST_SAMPLE_BYTES) return 'snappy';
    const shown = page.length < SMALL_PAGE_BYTES ? this.shown.get(column)?.get(encoding) : undefined;
    if (shown) return shown;
    const codec = this.cheapest(page);
    if (page.length < SAMPLE_BYTES) return codec;
    const ofColumn = this.shown.get(column) ?? new Map<number, PageCodec>();
    this.shown.set(column, ofColumn.set(encoding, codec));
    return codec;
  }

  private cheapest(page: CompressibleBytes): PageCodec {
    let { zstdBytes, snappyBytes } = this.tried(page, SAMPLE_BYTES);
    const isSmaller = zstdBytes < snappyBytes * SMALLER_SHARE;
    const mostBytes = page.valuesForm === VALUES_TEXT ? SAMPLE_BYTES * FEW_KINDS_SHARE : SAMPLE_BYTES;
    const isSurely = zstdBytes < Math.min(snappyBytes * SURELY_SMALLER_SHARE, mostBytes);
    if (isSmaller && !isSurely && page.length > SAMPLE_BYTES) {
      ({ zstdBytes, snappyBytes } = this.tried(page, LARGE_SAMPLE_BYTES));
    }
    return zstdBytes < snappyBytes * SMALLER_SHARE ? 'zstd-fast' : 'snappy';
  }

  /** The form in which Snappy takes the texts of a chunk whose first page this is: whether their words come again and again. */
  textsForm(page: CompressibleBytes, column: ColumnSchema): number {
    const { address, length, levelsBytes = 0 } = page;
    if (length < SMALL_PAGE_BYTES) return this.shownTexts.get(column) ?? VALUES_TEXT;
    // Levels, which lists have many of, are compressed alike in both ways: a sample of them would show nothing.
    const valueBytes = length - levelsBytes;
    const sample = { address: address + levelsBytes, length: Math.min(valueBytes, WORDS_SAMPLE_BYTES) };
    const searchedBytes = this.compress({ ...sample, valuesForm: VALUES_TEXT }, 'snappy').length;
    const wordsBytes = this.compress({ ...sample, valuesForm: VALUES_WORDS }, 'snappy').length;
    const form = wordsBytes < searchedBytes * WORDS_SHARE ? VALUES_WORDS : VALUES_TEXT;
    this.shownTexts.set(column, form);
    return form;
  }

  /** What the first `length` bytes of a page take in both codecs. */
  private tried(page: CompressibleBytes, length: number) {
    const sample = { ...page, length: Math.min(page.length, length) };
    const zstdBytes = this.zstd(sample, NO_SEARCH).length;
    return { zstdBytes, snappyBytes: this.compress(sample, 'snappy').length };
  }

  private reserve(scratch: { address: number; capacity: number }, byteCount: number): number {
    if (byteCount <= scratch.capacity) return scratch.address;
    if (scratch.address !== 0) this.kernel.release(scratch.address, scratch.capacity);
    scratch.capacity = Math.ceil(byteCount);
    scratch.address = this.kernel.allocate(scratch.capacity);
    return scratch.address;
  }
}
