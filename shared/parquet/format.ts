import {
  binary,
  bool,
  i32,
  i64,
  list,
  optional,
  required,
  struct,
  text,
  type ValueOf,
} from './thrift-struct.ts';

/**
 * The part of the Parquet format that we read or write: parquet.thrift of apache/parquet-format, its names in camel case.
 * `required` are the fields that every file of ours has, even if the format leaves them optional. Fields that are not
 * listed stay with their structure as they were read, and are written again (`otherFields`).
 */

/** PAR1: the first and the last four bytes of a file. */
export const MAGIC = new Uint8Array([0x50, 0x41, 0x52, 0x31]);

/** `Type` in parquet.thrift. */
export const PhysicalType = {
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  DOUBLE: 5,
  BYTE_ARRAY: 6,
  FIXED_LEN_BYTE_ARRAY: 7,
} as const;

export const ConvertedType = { UTF8: 0, LIST: 3, DECIMAL: 5, DATE: 6, INT_64: 18 } as const;

/** `FieldRepetitionType` in parquet.thrift. */
export const Repetition = { REQUIRED: 0, OPTIONAL: 1, REPEATED: 2 } as const;

/** `Encoding` in parquet.thrift: how the values or levels of a page are written. */
export const PageEncoding = {
  PLAIN: 0,
  RLE: 3,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  DELTA_BYTE_ARRAY: 7,
  RLE_DICTIONARY: 8,
} as const;
export type PageEncoding = (typeof PageEncoding)[keyof typeof PageEncoding];

export const PageType = { DATA_PAGE: 0, DICTIONARY_PAGE: 2, DATA_PAGE_V2: 3 } as const;

export const CompressionCodec = { UNCOMPRESSED: 0, SNAPPY: 1, ZSTD: 6 } as const;

export const BoundaryOrder = { UNORDERED: 0 } as const;

const Empty = struct('an empty structure', {});

const LogicalType = struct('LogicalType', {
  string: optional(1, Empty),
  list: optional(3, Empty),
  decimal: optional(5, struct('DecimalType', { scale: required(1, i32), precision: required(2, i32) })),
  date: optional(6, Empty),
  timestamp: optional(
    8,
    struct('TimestampType', {
      isAdjustedToUtc: required(1, bool),
      unit: required(2, struct('TimeUnit', { micros: optional(2, Empty) })),
    }),
  ),
});

/** A node of the schema's tree, which is kept depth first. A group has `numChildren`, a leaf a `type`. */
export const SchemaElement = struct('SchemaElement', {
  type: optional(1, i32),
  typeLength: optional(2, i32),
  repetitionType: optional(3, i32),
  name: required(4, text),
  numChildren: optional(5, i32),
  convertedType: optional(6, i32),
  scale: optional(7, i32),
  precision: optional(8, i32),
  fieldId: optional(9, i32),
  logicalType: optional(10, LogicalType),
});
export type SchemaElement = ValueOf<typeof SchemaElement>;

/** Statistics of a column chunk. `minValue` and `maxValue` are PLAIN, without the length of a text. */
export const Statistics = struct('Statistics', {
  nullCount: optional(3, i64),
  maxValue: optional(5, binary),
  minValue: optional(6, binary),
  isMaxValueExact: optional(7, bool),
  isMinValueExact: optional(8, bool),
});
export type Statistics = ValueOf<typeof Statistics>;

const PageEncodingStats = struct('PageEncodingStats', {
  pageType: required(1, i32),
  encoding: required(2, i32),
  count: required(3, i32),
});

/** Offsets are those in the file; sizes include page headers. */
export const ColumnMetaData = struct('ColumnMetaData', {
  type: required(1, i32),
  encodings: required(2, list(i32)),
  pathInSchema: required(3, list(text)),
  codec: required(4, i32),
  numValues: required(5, i64),
  totalUncompressedSize: required(6, i64),
  totalCompressedSize: required(7, i64),
  dataPageOffset: required(9, i64),
  dictionaryPageOffset: optional(11, i64),
  statistics: optional(12, Statistics),
  encodingStats: optional(13, list(PageEncodingStats)),
  bloomFilterOffset: optional(14, i64),
  bloomFilterLength: optional(15, i32),
});
export type ColumnMetaData = ValueOf<typeof ColumnMetaData>;

/** The positions of its page indexes are unknown until the file's tail is written. */
export const ColumnChunk = struct('ColumnChunk', {
  fileOffset: required(2, i64),
  metaData: required(3, ColumnMetaData),
  offsetIndexOffset: optional(4, i64),
  offsetIndexLength: optional(5, i32),
  columnIndexOffset: optional(6, i64),
  columnIndexLength: optional(7, i32),
});
export type ColumnChunk = ValueOf<typeof ColumnChunk>;

/** `fileOffset` is that of its first page, `totalByteSize` is uncompressed. */
export const RowGroup = struct('RowGroup', {
  columns: required(1, list(ColumnChunk)),
  totalByteSize: required(2, i64),
  numRows: required(3, i64),
  fileOffset: required(5, i64),
  totalCompressedSize: required(6, i64),
});
export type RowGroup = ValueOf<typeof RowGroup>;

const ColumnOrder = struct('ColumnOrder', { typeOrder: optional(1, Empty) });

export const FileMetaData = struct('FileMetaData', {
  version: required(1, i32),
  schema: required(2, list(SchemaElement)),
  numRows: required(3, i64),
  rowGroups: required(4, list(RowGroup)),
  createdBy: optional(6, text),
  columnOrders: optional(7, list(ColumnOrder)),
});

const DataPageHeader = struct('DataPageHeader', {
  numValues: required(1, i32),
  encoding: required(2, i32),
  definitionLevelEncoding: required(3, i32),
  repetitionLevelEncoding: required(4, i32),
});

const DictionaryPageHeader = struct('DictionaryPageHeader', {
  numValues: required(1, i32),
  encoding: required(2, i32),
});

const DataPageHeaderV2 = struct('DataPageHeaderV2', {
  numValues: required(1, i32),
  numNulls: required(2, i32),
  numRows: required(3, i32),
  encoding: required(4, i32),
  definitionLevelsByteLength: required(5, i32),
  repetitionLevelsByteLength: required(6, i32),
  isCompressed: optional(7, bool),
});

/** Has the header of its own page type. Sizes are without the header; those of a V2 page include its levels. */
export const PageHeader = struct('PageHeader', {
  type: required(1, i32),
  uncompressedPageSize: required(2, i32),
  compressedPageSize: required(3, i32),
  dataPageHeader: optional(5, DataPageHeader),
  dictionaryPageHeader: optional(7, DictionaryPageHeader),
  dataPageHeaderV2: optional(8, DataPageHeaderV2),
});
export type PageHeader = ValueOf<typeof PageHeader>;

/** Stands before the bits of a filter. Each union has the one member that exists so far. */
export const BloomFilterHeader = struct('BloomFilterHeader', {
  numBytes: required(1, i32),
  algorithm: required(2, struct('BloomFilterAlgorithm', { block: optional(1, Empty) })),
  hash: required(3, struct('BloomFilterHash', { xxhash: optional(1, Empty) })),
  compression: required(4, struct('BloomFilterCompression', { uncompressed: optional(1, Empty) })),
});

/** `compressedPageSize` includes the page's header; `firstRowIndex` counts within the row group. */
const PageLocation = struct('PageLocation', {
  offset: required(1, i64),
  compressedPageSize: required(2, i32),
  firstRowIndex: required(3, i64),
});

export const OffsetIndex = struct('OffsetIndex', { pageLocations: required(1, list(PageLocation)) });

/** One entry a page in each list. */
export const ColumnIndex = struct('ColumnIndex', {
  nullPages: required(1, list(bool)),
  minValues: required(2, list(binary)),
  maxValues: required(3, list(binary)),
  boundaryOrder: required(4, i32),
  nullCounts: required(5, list(i64)),
});
