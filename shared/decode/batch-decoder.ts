import type { Kernel } from '../kernel/kernel.ts';
import { RECORD_OK, RECORD_UNKNOWN_TYPE, TYPE_UNKNOWN } from '../kernel/shapes.ts';
import type { Layout, RecordType } from '../layout/layout.ts';
import { type SummedField, summedFields } from '../layout/summed-fields.ts';
import { spaceOf } from './ascii-form.ts';
import type { ForeignRecords } from './dataset-columns.ts';
import { type GroupPiece, GroupTracker } from './group-tracker.ts';
import type { SettledValues } from './nulled-values.ts';
import { type ParentRecord, ParentTracker, parentTypes } from './parent-tracker.ts';
import type { PartitionValues } from './partition-router.ts';
import { placeHeader } from './placed-header.ts';
import type { RecordBatch } from './record-batch.ts';
import type { RecordPlaces } from './record-end.ts';
import type { RecordExtractor } from './record-extractor.ts';
import { RecordSubset } from './record-subset.ts';
import {
  type BatchRows,
  RecordTypeDecoder,
  type Reject,
  rejectOf,
  type SumSpan,
} from './record-type-decoder.ts';
import { TypeAssigner } from './type-assigner.ts';

/** Numbers of records of a type, and of those that were rejected. */
interface TypeCounts {
  name: string;
  records: number;
  rejected: number;
  /** The layout discards records of the type; they make no rows. */
  discarded: boolean;
}

interface PlacedType {
  type: RecordType;
  /** Index of its first dataset in `datasetsOf(layout)`. */
  firstDataset: number;
  discardedCount: number;
  decoder: RecordTypeDecoder | undefined;
}

/**
 * Turns a batch of records into the rows of all datasets of a layout, into rejects, and into shares of the control totals: finds
 * the type and the parent of each record, and hands the records of each type to its decoder.
 */
export class BatchDecoder {
  /** Records of no type. */
  private unknownCount = 0;
  private readonly kernel: Kernel;
  private readonly layout: Layout;
  private readonly capacityRecords: number;
  private readonly onReject: (reject: Reject) => void;
  private readonly types: PlacedType[];
  /** The type of all records, in layouts that have one and do not say what its records are known by. */
  private readonly only: PlacedType | undefined;
  private readonly subset: RecordSubset;
  private readonly assigner: TypeAssigner;
  private readonly parents: ParentTracker | undefined;
  private readonly groups: GroupTracker | undefined;
  private readonly onGroup: (piece: GroupPiece) => void;
  private readonly foreign: ForeignRecords;

  /**
   * Batches have at most `capacityRecords` records. `header` is the header record as it is in the file, without terminator; it
   * is needed if rows copy fields of it. `onGroup` takes the pieces of groups in their order, if the layout has groups.
   */
  constructor(
    kernel: Kernel,
    layout: Layout,
    capacityRecords: number,
    onReject: (reject: Reject) => void,
    header: Uint8Array = new Uint8Array(),
    onGroup: (piece: GroupPiece) => void = () => undefined,
  ) {
    this.kernel = kernel;
    this.layout = layout;
    this.capacityRecords = capacityRecords;
    this.onReject = onReject;
    let firstDataset = 0;
    this.types = layout.recordTypes.map((type) => {
      const placed = { type, firstDataset, discardedCount: 0, decoder: undefined };
      firstDataset += type.datasets.length;
      return placed;
    });
    this.assigner = new TypeAssigner(kernel, layout, capacityRecords);
    this.only = this.assigner.isNeeded ? undefined : this.types[0];
    this.subset = new RecordSubset(kernel, this.only ? 0 : capacityRecords);
    const { recordTypes, record } = layout;
    this.parents =
      parentTypes(recordTypes).length > 0
        ? new ParentTracker(kernel, recordTypes, capacityRecords, record)
        : undefined;
    this.groups = layout.groups && new GroupTracker(layout.groups, recordTypes);
    this.onGroup = onGroup;
    this.foreign = {
      header: placeHeader(kernel, layout, header, capacityRecords),
      parentOf: (recordType) => this.parentPlaces(recordType),
    };
  }

  /** Begins after other records of the file: `parents` are those of the first record. */
  beginAfter(parents: readonly ParentRecord[]): void {
    this.parents?.begin(parents, spaceOf(this.layout.encoding));
  }

  /** Every partition of a dataset so far. */
  partitionsOf(dataset: number): PartitionValues[] {
    const placed = this.types.findLast(
      ({ firstDataset, type }) => firstDataset <= dataset && type.datasets.length > 0,
    );
    return placed?.decoder?.partitionsOf(dataset - placed.firstDataset) ?? [];
  }

  /** Details so far: accepted, rejected and discarded. */
  get detailCount(): number {
    return this.counts.reduce((sum, { records }) => sum + records, this.unknownCount);
  }

  get rejectedCount(): number {
    return this.counts.reduce((sum, { rejected }) => sum + rejected, this.unknownCount);
  }

  /** Accepted records so far that end before their last field. */
  get shortCount(): number {
    return this.types.reduce((sum, { decoder }) => sum + (decoder?.shortCount ?? 0), 0);
  }

  get counts(): TypeCounts[] {
    return this.types.map(({ type, decoder, discardedCount }) => ({
      name: type.name,
      records: decoder?.recordCount ?? discardedCount,
      rejected: decoder?.rejectedCount ?? 0,
      discarded: type.datasets.length === 0,
    }));
  }

  /** Rows that the accepted records must make, by dataset. */
  get expectedRows(): Record<string, number> {
    return Object.fromEntries(
      this.types.flatMap(({ type, decoder }) =>
        type.datasets.map(({ name }, index) => [name, decoder?.datasets[index]?.expectedRows ?? 0]),
      ),
    );
  }

  /** Sums for control totals, of the record types that the file has. */
  get sums(): {
    key: string;
    recordType: string;
    field: string;
    kind: SummedField['kind'];
    total: bigint;
    undecodable: number;
  }[] {
    return this.types.flatMap(({ type, decoder }) =>
      (decoder?.sums ?? []).map((sum) => ({
        key: sum.summed.key,
        recordType: type.name,
        field: sum.fieldName,
        kind: sum.summed.kind,
        total: sum.total,
        undecodable: sum.undecodableCount,
      })),
    );
  }

  /** What became of values, by field; with the name of the record type before it if the layout has several. */
  get settledValues(): Record<string, SettledValues> {
    const values: Record<string, SettledValues> = {};
    for (const { type, decoder } of this.types) {
      for (const [path, settled] of decoder?.settled.fields ?? []) {
        values[this.types.length > 1 ? `${type.name}.${path}` : path] = settled;
      }
    }
    return values;
  }

  /** Decodes the records that the extractor just found; returns the rows of each partition that has any. */
  decode(batch: RecordExtractor): BatchRows[] {
    this.assigner.assign(batch);
    if (this.only) return this.decodeType(this.only, batch);
    const { typeIndexes } = this.assigner;
    this.parents?.track(batch, typeIndexes);
    this.groups?.cut(batch, this.kernel.bytes.subarray(typeIndexes, typeIndexes + batch.recordCount));
    this.rejectUnknown(batch);
    const found: BatchRows[] = [];
    for (const [index, type] of this.types.entries()) {
      // The vectors of a type keep their values until its next batch, so one subset serves all types in turn.
      if (this.subset.gather(batch, typeIndexes, index) === 0) continue;
      const spans = this.groups?.spansOf(type.type.name, this.subset.recordIndexes);
      if (type.type.datasets.length === 0) type.discardedCount += this.subset.recordCount;
      else found.push(...this.decodeType(type, this.subset, spans));
    }
    for (const piece of this.groups?.found ?? []) this.onGroup(piece);
    this.parents?.carry();
    return found;
  }

  private decodeType(placed: PlacedType, batch: RecordBatch, spans?: SumSpan[]): BatchRows[] {
    const found = this.decoderOf(placed).decode(batch, this.foreign, spans);
    return found.map((rows) => ({ ...rows, dataset: placed.firstDataset + rows.dataset }));
  }

  /** Made when the type first appears: a file has few of the types that a layout knows. */
  private decoderOf(placed: PlacedType): RecordTypeDecoder {
    const { kernel, capacityRecords, onReject } = this;
    placed.decoder ??= new RecordTypeDecoder(
      kernel,
      placed.type,
      this.layout.record,
      summedFields(this.layout, placed.type),
      capacityRecords,
      onReject,
    );
    return placed.decoder;
  }

  private readonly parentBuffers = new Map<string, RecordPlaces>();

  /** The parents of the subset's records; undefined if no type of the layout has a parent. */
  private parentPlaces(recordType: string): RecordPlaces | undefined {
    const { kernel, subset, parents } = this;
    if (!parents) return undefined;
    let buffers = this.parentBuffers.get(recordType);
    if (!buffers) {
      const room = this.capacityRecords * 4;
      buffers = { starts: kernel.allocate(room), ends: kernel.allocate(room) };
      this.parentBuffers.set(recordType, buffers);
    }
    const { starts, ends } = parents.placesOf(recordType);
    kernel.call.gatherAddresses(starts, subset.indexes, subset.recordCount, buffers.starts);
    if (ends === 0) return { starts: buffers.starts, ends };
    kernel.call.gatherAddresses(ends, subset.indexes, subset.recordCount, buffers.ends);
    return buffers;
  }

  /** Records of no type become rejects, with that as their reason unless they have another. */
  private rejectUnknown(batch: RecordExtractor): void {
    const { bytes } = this.kernel;
    for (let record = 0; record < batch.recordCount; record++) {
      if (bytes[this.assigner.typeIndexes + record] !== TYPE_UNKNOWN) continue;
      if (batch.outcomeOf(record) === RECORD_OK) bytes[batch.outcomes + record] = RECORD_UNKNOWN_TYPE;
      this.unknownCount++;
      this.onReject(rejectOf(batch, record));
    }
  }
}
