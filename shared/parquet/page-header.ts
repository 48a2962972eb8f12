import type { Kernel } from '../kernel/kernel.ts';
import { PageHeader, PageType } from './format.ts';
import { malformed } from './malformed.ts';
import { decodeThrift } from './thrift.ts';

/** Headers of ours take a few dozen bytes: they hold no statistics, and so no long text. */
const MOST_HEADER_BYTES = 256;
/** Rows are addressed with two bytes. */
export const MOST_PAGE_ROWS = 65_535;
/** Far more than a page of ours has, and little enough for the kernel's memory. */
const MOST_PAGE_BYTES = 256 * 1024 * 1024;

/** A page in a chunk in the kernel's memory, as its header describes it. */
export interface StoredPage {
  header: PageHeader;
  /** The page itself starts right after its header. */
  headerBytes: number;
  valueCount: number;
  /** One of PageEncoding. */
  encoding: number;
  /** Bytes of the page in the chunk, and uncompressed. */
  compressedBytes: number;
  pageBytes: number;
  /** Bytes of a V2 page before its values, which are never compressed. */
  levelsBytes: number;
  isCompressed: boolean;
}

/** Reads the header at address `at` of a chunk that ends at address `end`. */
export function readPageHeader(kernel: Kernel, at: number, end: number): StoredPage {
  const { value: header, length: headerBytes } = decodeThrift(
    PageHeader,
    kernel.bytes.subarray(at, Math.min(end, at + MOST_HEADER_BYTES)),
  );
  const { type, compressedPageSize: compressedBytes, uncompressedPageSize: pageBytes } = header;
  const v2 = type === PageType.DATA_PAGE_V2 ? header.dataPageHeaderV2 : undefined;
  const v1 = type === PageType.DATA_PAGE ? header.dataPageHeader : undefined;
  const ofItsType = type === PageType.DICTIONARY_PAGE ? header.dictionaryPageHeader : (v1 ?? v2);
  if (!ofItsType) throw malformed(`a page of type ${type}`);
  const { numValues: valueCount, encoding } = ofItsType;
  const levelsBytes = v2 ? v2.definitionLevelsByteLength + v2.repetitionLevelsByteLength : 0;
  if (!(valueCount >= 0 && valueCount <= MOST_PAGE_ROWS)) throw malformed(`a page of ${valueCount} rows`);
  if (!(pageBytes >= 0 && pageBytes <= MOST_PAGE_BYTES)) throw malformed(`a page of ${pageBytes} bytes`);
  if (compressedBytes < 0 || at + headerBytes + compressedBytes > end)
    throw malformed('a page outside its chunk');
  if (levelsBytes < 0 || levelsBytes > Math.min(compressedBytes, pageBytes))
    throw malformed('levels outside their page');
  return {
    header,
    headerBytes,
    valueCount,
    encoding,
    compressedBytes,
    pageBytes,
    levelsBytes,
    isCompressed: v2?.isCompressed !== false,
  };
}
