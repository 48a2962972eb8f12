import type { GroupRule, RecordType } from '../layout/layout.ts';
import type { RecordBatch } from './record-batch.ts';
import type { SumSpan } from './record-type-decoder.ts';

/**
 * The records of a batch that belong to one group, or that lie between two groups, in the order of the file:
 *
 *     ┌ header ─ record ─ record ─ trailer ┐ ┌ record ┐ ┌ header ─ record …
 *     └ group ─────────────────────────────┘ └ outside┘ └ group, which goes on in the next piece
 */
export interface GroupPiece {
  /** Offset in the file of its first record. */
  startByte: number;
  /** The group's header and trailer as they are in the file, if they are in the piece. */
  header: Uint8Array | undefined;
  trailer: Uint8Array | undefined;
  /** All of them, whether or not they have a type or can be decoded. */
  recordCount: number;
  /** Those of each record type. */
  typeCounts: Map<string, number>;
  sums: Map<string, bigint>;
}

/** A piece with its place in the batch. */
interface PlacedPiece extends GroupPiece {
  firstRecord: number;
  endRecord: number;
}

/** Cuts batches at the headers and trailers of groups. A piece never has records of two groups, nor of a group and of none. */
export class GroupTracker {
  private readonly headerType: number;
  private readonly trailerType: number;
  private pieces: PlacedPiece[] = [];

  constructor({ header, trailer }: GroupRule, types: readonly RecordType[]) {
    this.headerType = types.findIndex(({ name }) => name === header);
    this.trailerType = types.findIndex(({ name }) => name === trailer);
  }

  /** Finds the pieces of a batch; `types` holds the index of the type of each record. */
  cut(batch: RecordBatch, types: Uint8Array): void {
    this.pieces = [];
    let first = 0;
    let header: Uint8Array | undefined;
    for (let record = 0; record < batch.recordCount; record++) {
      const type = types[record];
      if (type === this.headerType) {
        this.close(batch, first, record, header, undefined);
        first = record;
        header = batch.rawBytesOf(record);
      } else if (type === this.trailerType) {
        this.close(batch, first, record + 1, header, batch.rawBytesOf(record));
        first = record + 1;
        header = undefined;
      }
    }
    this.close(batch, first, batch.recordCount, header, undefined);
  }

  private close(
    batch: RecordBatch,
    firstRecord: number,
    endRecord: number,
    header: Uint8Array | undefined,
    trailer: Uint8Array | undefined,
  ): void {
    if (firstRecord === endRecord) return;
    this.pieces.push({
      firstRecord,
      endRecord,
      startByte: batch.byteOffsetOf(firstRecord),
      header,
      trailer,
      recordCount: endRecord - firstRecord,
      typeCounts: new Map(),
      sums: new Map(),
    });
  }

  /** Counts the records of one type, whose indexes in the batch are at `indexes`; returns those of each piece as a span. */
  spansOf(recordType: string, indexes: Uint32Array): SumSpan[] {
    const spans: SumSpan[] = [];
    let first = 0;
    for (const { endRecord, typeCounts, sums } of this.pieces) {
      let end = first;
      while (end < indexes.length && indexes[end]! < endRecord) end++;
      if (end > first) {
        typeCounts.set(recordType, end - first);
        spans.push({ first, count: end - first, sums });
      }
      first = end;
    }
    return spans;
  }

  /** The pieces of the batch, once the records of every type are counted and added. */
  get found(): readonly GroupPiece[] {
    return this.pieces;
  }
}
