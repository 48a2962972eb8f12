import type { ColumnChunk, RowGroup } from './format.ts';
import { type PageIndex, shiftOffsetIndex } from './page-index.ts';

/** A RowGroup structure whose column chunks are still beside their page indexes. */
export interface IndexedRowGroup extends Omit<RowGroup, 'columns'> {
  chunks: IndexedChunk[];
}

export interface IndexedChunk extends PageIndex {
  chunk: ColumnChunk;
}

/**
 * A row group that moved `shiftBytes` towards the end of a file: chunks, pages and page locations have absolute offsets.
 * Positions of page indexes are dropped, since the indexes are written anew. Bloom filters move with
 * their row group, which they follow.
 */
export function shiftRowGroup(rowGroup: IndexedRowGroup, shiftBytes: number): IndexedRowGroup {
  return {
    ...rowGroup,
    fileOffset: rowGroup.fileOffset + shiftBytes,
    chunks: rowGroup.chunks.map(({ chunk: { fileOffset, metaData }, columnIndex, offsetIndex }) => {
      const { dataPageOffset, dictionaryPageOffset, bloomFilterOffset } = metaData;
      return {
        chunk: {
          fileOffset: fileOffset + shiftBytes,
          metaData: {
            ...metaData,
            dataPageOffset: dataPageOffset + shiftBytes,
            dictionaryPageOffset:
              dictionaryPageOffset === undefined ? undefined : dictionaryPageOffset + shiftBytes,
            bloomFilterOffset: bloomFilterOffset === undefined ? undefined : bloomFilterOffset + shiftBytes,
          },
        },
        columnIndex,
        offsetIndex: shiftOffsetIndex(offsetIndex, shiftBytes),
      };
    }),
  };
}
