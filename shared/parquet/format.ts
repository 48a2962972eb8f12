/**
 * Numbers of the Parquet format's Thrift definitions (parquet.thrift of apache/parquet-format) that we write.
 * Structures are kept in their raw Thrift form, `field_1`, `field_2` …: merging copies row groups of other files,
 * and their statistics must come through bit by bit, which a parsed form (decimals as doubles) would not allow.
 */
export type ThriftValue =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | ThriftValue[]
  | ThriftStruct
  | undefined;
export type ThriftStruct = { [key: `field_${number}`]: ThriftValue };

export const MAGIC = new Uint8Array([0x50, 0x41, 0x52, 0x31]); // PAR1

export const PhysicalType = {
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  DOUBLE: 5,
  BYTE_ARRAY: 6,
  FIXED_LEN_BYTE_ARRAY: 7,
} as const;

export const ConvertedType = { UTF8: 0, LIST: 3, DECIMAL: 5, DATE: 6, INT_64: 18 } as const;
export const Repetition = { REQUIRED: 0, OPTIONAL: 1, REPEATED: 2 } as const;
export const Encoding = {
  PLAIN: 0,
  RLE: 3,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  DELTA_BYTE_ARRAY: 7,
  RLE_DICTIONARY: 8,
} as const;
export const PageType = { DATA_PAGE: 0, DICTIONARY_PAGE: 2, DATA_PAGE_V2: 3 } as const;
export const Codec = { UNCOMPRESSED: 0, SNAPPY: 1, ZSTD: 6 } as const;
export const BoundaryOrder = { UNORDERED: 0, ASCENDING: 1, DESCENDING: 2 } as const;
