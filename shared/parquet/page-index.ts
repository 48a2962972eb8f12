import { BoundaryOrder, type ThriftStruct } from './format.ts';
import { decodeThrift, encodeThrift } from './thrift.ts';

/** What the page indexes of one column chunk say, page by page. */
export interface ChunkIndexes {
  pages: PageSummary[];
}

export interface PageSummary {
  /** Offset of the page's header in the file. */
  offset: number;
  /** Header included. */
  compressedBytes: number;
  /** First row of the page within its row group. */
  firstRow: number;
  nullCount: number;
  /** Undefined where every row of the page is null. */
  min: Uint8Array | undefined;
  max: Uint8Array | undefined;
}

const NOTHING = new Uint8Array();

export function encodeColumnIndex({ pages }: ChunkIndexes): Uint8Array {
  return encodeThrift({
    field_1: pages.map((page) => page.min === undefined),
    field_2: pages.map((page) => page.min ?? NOTHING),
    field_3: pages.map((page) => page.max ?? NOTHING),
    field_4: BoundaryOrder.UNORDERED,
    field_5: pages.map((page) => BigInt(page.nullCount)),
  });
}

export function encodeOffsetIndex({ pages }: ChunkIndexes): Uint8Array {
  return encodeThrift({
    field_1: pages.map((page) => ({
      field_1: BigInt(page.offset),
      field_2: page.compressedBytes,
      field_3: BigInt(page.firstRow),
    })),
  });
}

/** The pages that a chunk's indexes describe; offsets as they stand in its file. */
export function decodePages(columnIndex: Uint8Array, offsetIndex: Uint8Array): PageSummary[] {
  const { struct: column } = decodeThrift(columnIndex);
  const { struct: offset } = decodeThrift(offsetIndex);
  const nullPages = column.field_1 as boolean[];
  const least = column.field_2 as Uint8Array[];
  const greatest = column.field_3 as Uint8Array[];
  const nullCounts = column.field_5 as bigint[];
  return (offset.field_1 as ThriftStruct[]).map((location, page) => ({
    offset: Number(location.field_1 as bigint),
    compressedBytes: location.field_2 as number,
    firstRow: Number(location.field_3 as bigint),
    nullCount: Number(nullCounts[page]!),
    min: nullPages[page] ? undefined : least[page]!.slice(),
    max: nullPages[page] ? undefined : greatest[page]!.slice(),
  }));
}

/** The offset index of a chunk whose pages moved `shiftBytes` towards the end of a file. */
export function shiftOffsetIndex(offsetIndex: Uint8Array, shiftBytes: number): Uint8Array {
  const { struct } = decodeThrift(offsetIndex);
  const locations = struct.field_1 as ThriftStruct[];
  return encodeThrift({
    ...struct,
    field_1: locations.map((location) => ({
      ...location,
      field_1: (location.field_1 as bigint) + BigInt(shiftBytes),
    })),
  });
}
