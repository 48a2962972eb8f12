import type { Kernel } from '../kernel/kernel.ts';
import { PageType, type ThriftStruct } from './format.ts';
import { malformed } from './malformed.ts';
import { decodeThrift } from './thrift.ts';

/** A page header takes a few dozen bytes, a long text among them none: headers of ours hold no statistics. */
const MOST_HEADER_BYTES = 256;
/** Rows are addressed with two bytes. */
export const MOST_PAGE_ROWS = 65_535;

/** What the header of a page says, in the kernel's memory. */
export interface PageHeader {
  type: number;
  values: number;
  encoding: number;
  /** Bytes of the header itself; the page stands right behind it. */
  length: number;
  compressedBytes: number;
  pageBytes: number;
  /** Of a V2 page: bytes before its values, which are never compressed. */
  levelsBytes: number;
  isCompressed: boolean;
  struct: ThriftStruct;
}

/** Fields of a header that hold what is peculiar to its type. */
const KINDS: Record<number, `field_${number}`> = {
  [PageType.DATA_PAGE]: 'field_5',
  [PageType.DICTIONARY_PAGE]: 'field_7',
  [PageType.DATA_PAGE_V2]: 'field_8',
};

/** Reads the header at `at` of a chunk that ends at `end`. */
export function readPageHeader(kernel: Kernel, at: number, end: number): PageHeader {
  const { struct, length } = decodeThrift(kernel.bytes.subarray(at, Math.min(end, at + MOST_HEADER_BYTES)));
  const type = struct.field_1 as number;
  const kind = struct[KINDS[type] ?? 'field_0'] as ThriftStruct | undefined;
  if (!kind) throw malformed(`a page of type ${type}`);
  const isV2 = type === PageType.DATA_PAGE_V2;
  const values = kind.field_1 as number;
  const pageBytes = struct.field_2 as number;
  const compressedBytes = struct.field_3 as number;
  const levelsBytes = isV2 ? (kind.field_5 as number) + (kind.field_6 as number) : 0;
  if (values > MOST_PAGE_ROWS) throw malformed(`a page of ${values} rows`);
  if (at + length + compressedBytes > end) throw malformed('a page outside its chunk');
  if (levelsBytes > Math.min(compressedBytes, pageBytes)) throw malformed('levels outside their page');
  return {
    type,
    values,
    encoding: (isV2 ? kind.field_4 : kind.field_2) as number,
    length,
    compressedBytes,
    pageBytes,
    levelsBytes,
    isCompressed: !isV2 || kind.field_7 !== false,
    struct,
  };
}
