import { BoundaryOrder, ColumnIndex, OffsetIndex } from './format.ts';
import { malformed } from './malformed.ts';
import { decodeThrift, encodeThrift } from './thrift.ts';

/** The page index of one column chunk, encoded: a ColumnIndex and an OffsetIndex. */
export interface PageIndex {
  columnIndex: Uint8Array;
  offsetIndex: Uint8Array;
}

/** The entry of one page in a page index. */
export interface PageSummary {
  /** Offset of the page's header in the file. */
  offset: number;
  /** Header included. */
  compressedBytes: number;
  /** First row of the page within its row group. */
  firstRow: number;
  nullCount: number;
  /** Undefined if every row of the page is null. */
  min: Uint8Array | undefined;
  max: Uint8Array | undefined;
}

const NO_VALUE = new Uint8Array();

/** `shiftBytes` is added to the offsets of the pages. */
export function encodePageIndex(pages: PageSummary[], shiftBytes = 0): PageIndex {
  const columnIndex = encodeThrift(ColumnIndex, {
    nullPages: pages.map((page) => page.min === undefined),
    minValues: pages.map((page) => page.min ?? NO_VALUE),
    maxValues: pages.map((page) => page.max ?? NO_VALUE),
    boundaryOrder: BoundaryOrder.UNORDERED,
    nullCounts: pages.map((page) => page.nullCount),
  });
  const offsetIndex = encodeThrift(OffsetIndex, {
    pageLocations: pages.map((page) => ({
      offset: page.offset + shiftBytes,
      compressedPageSize: page.compressedBytes,
      firstRowIndex: page.firstRow,
    })),
  });
  return { columnIndex, offsetIndex };
}

/** The pages of a chunk; offsets are those in its file. */
export function decodePageIndex({ columnIndex, offsetIndex }: PageIndex): PageSummary[] {
  const { nullPages, minValues, maxValues, nullCounts } = decodeThrift(ColumnIndex, columnIndex).value;
  const { pageLocations } = decodeThrift(OffsetIndex, offsetIndex).value;
  return pageLocations.map((location, page) => {
    const [min, max, nullCount] = [minValues[page], maxValues[page], nullCounts[page]];
    if (!min || !max || nullCount === undefined) throw malformed('a column index of too few pages');
    return {
      offset: location.offset,
      compressedBytes: location.compressedPageSize,
      firstRow: location.firstRowIndex,
      nullCount,
      min: nullPages[page] ? undefined : min.slice(),
      max: nullPages[page] ? undefined : max.slice(),
    };
  });
}

/** The offset index of a chunk that moved `shiftBytes` towards the end of a file. */
export function shiftOffsetIndex(offsetIndex: Uint8Array, shiftBytes: number): Uint8Array {
  const { value } = decodeThrift(OffsetIndex, offsetIndex);
  const pageLocations = value.pageLocations.map((location) => ({
    ...location,
    offset: location.offset + shiftBytes,
  }));
  return encodeThrift(OffsetIndex, { ...value, pageLocations });
}
