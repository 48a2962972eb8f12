import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES, RECORD_OK, RECORD_UNKNOWN_TYPE, TYPE_UNKNOWN } from '../kernel/shapes.ts';
import {
  copiesHeader,
  type Layout,
  type RecordType,
  type SummedField,
  summedFields,
} from '../layout/layout.ts';
import { spaceOf } from './ascii-form.ts';
import type { ForeignRecords } from './dataset-columns.ts';
import type { FieldVector } from './field-vector.ts';
import { ParentTracker, parentTypes } from './parent-tracker.ts';
import type { PartitionValues } from './partition-router.ts';
import type { RecordPlaces } from './record-end.ts';
import type { RecordExtractor } from './record-extractor.ts';
import { RecordSubset } from './record-subset.ts';
import { RecordTypeDecoder, type Reject, rejectOf } from './record-type-decoder.ts';

export type { Reject } from './record-type-decoder.ts';

/** Rows of one partition of one dataset within the batch. */
export interface BatchRows {
  /** Index into `datasetsOf(layout)`. */
  dataset: number;
  partition: number;
  vectors: FieldVector[];
  /** Of `count` indexes into the vectors, 2 bytes each. */
  members: number;
  count: number;
}

/** How many records of a type there were; its rows and rejects, where it is not discarded. */
export interface TypeCounts {
  name: string;
  records: number;
  rejected: number;
  discarded: boolean;
}

interface PlacedType {
  type: RecordType;
  /** Index of its first dataset among all. */
  firstDataset: number;
  literals: number;
  discardedCount: number;
  decoder: RecordTypeDecoder | undefined;
}

/**
 * Turns a batch of records into the rows of all datasets of a layout, rejects, and shares of the control totals: finds the type
 * of each record and its parent, and leaves the records of one type to its decoder.
 */
export class BatchDecoder {
  /** Records of no type. */
  private unknownCount = 0;
  private readonly kernel: Kernel;
  private readonly layout: Layout;
  private readonly capacityRecords: number;
  private readonly onReject: (reject: Reject) => void;
  private readonly types: PlacedType[];
  private readonly subset: RecordSubset;
  private readonly typeOf: number;
  private readonly parents: ParentTracker | undefined;
  /** The header, once a record of the batch; undefined where no row needs it. */
  private readonly headers: RecordPlaces | undefined;

  /**
   * Batches have at most `capacityRecords` records. `header` is the header record as it stands in the file, without terminator,
   * for layouts whose rows copy fields of it.
   */
  constructor(
    kernel: Kernel,
    layout: Layout,
    capacityRecords: number,
    onReject: (reject: Reject) => void,
    header: Uint8Array = new Uint8Array(),
  ) {
    this.kernel = kernel;
    this.layout = layout;
    this.capacityRecords = capacityRecords;
    this.onReject = onReject;
    let firstDataset = 0;
    this.types = layout.recordTypes.map((type) => {
      const literals = type.match ? kernel.place(Buffer.concat(type.match.anyOf)) : 0;
      const placed = { type, firstDataset, literals, discardedCount: 0, decoder: undefined };
      firstDataset += type.datasets.length;
      return placed;
    });
    const mixed = this.types.length > 1 || this.types[0]!.type.match !== undefined;
    this.subset = new RecordSubset(kernel, mixed ? capacityRecords : 0);
    this.typeOf = kernel.allocate(mixed ? capacityRecords : 0);
    const { recordTypes, record } = layout;
    this.parents =
      parentTypes(recordTypes).length > 0
        ? new ParentTracker(kernel, recordTypes, capacityRecords, record.lengthBytes)
        : undefined;
    this.headers = this.placeHeader(header);
  }

  /** Every partition of a dataset met so far. */
  partitionsOf(dataset: number): PartitionValues[] {
    const { decoder, firstDataset } = this.typeWith(dataset);
    return decoder?.partitionsOf(dataset - firstDataset) ?? [];
  }

  /** Details seen: accepted, rejected, discarded. */
  get detailCount(): number {
    return this.counts.reduce((sum, { records }) => sum + records, this.unknownCount);
  }

  get rejectedCount(): number {
    return this.counts.reduce((sum, { rejected }) => sum + rejected, this.unknownCount);
  }

  get counts(): TypeCounts[] {
    return this.types.map(({ type, decoder, discardedCount }) => ({
      name: type.name,
      records: decoder?.recordCount ?? discardedCount,
      rejected: decoder?.rejectedCount ?? 0,
      discarded: type.datasets.length === 0,
    }));
  }

  /** Rows that the accepted records make, by dataset. */
  get expectedRows(): Record<string, number> {
    return Object.fromEntries(
      this.types.flatMap(({ type, decoder }) =>
        type.datasets.map(({ name }, index) => [name, decoder?.datasets[index]?.expectedRows ?? 0]),
      ),
    );
  }

  /** Sums of control totals, of types that were met. */
  get sums(): {
    recordType: string;
    field: string;
    kind: SummedField['kind'];
    total: bigint;
    undecodable: number;
  }[] {
    return this.types.flatMap(({ type, decoder }) =>
      (decoder?.sums ?? []).map((sum) => ({
        recordType: type.name,
        field: sum.decoder.field.name,
        kind: sum.kind,
        total: sum.total,
        undecodable: sum.undecodableCount,
      })),
    );
  }

  /** Values replaced by null, by field; of several record types with the type's name before it. */
  get nulled(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { type, decoder } of this.types) {
      for (const [path, count] of decoder?.nulled ?? []) {
        counts[this.types.length > 1 ? `${type.name}.${path}` : path] = count;
      }
    }
    return counts;
  }

  /** Decodes the records the extractor just found; returns the rows of each partition that has some. */
  decode(batch: RecordExtractor): BatchRows[] {
    const [only] = this.types;
    if (this.types.length === 1 && !only!.type.match) return this.decodeType(only!, batch);
    this.assignTypes(batch);
    this.parents?.track(batch, this.typeOf);
    this.rejectUnknown(batch);
    const found: BatchRows[] = [];
    for (const [index, type] of this.types.entries()) {
      // Vectors of a type hold until its next batch, so that one subset serves all types in turn.
      if (this.subset.gather(batch, this.typeOf, index) === 0) continue;
      if (type.type.datasets.length === 0) type.discardedCount += this.subset.recordCount;
      else found.push(...this.decodeType(type, this.subset));
    }
    this.parents?.carry();
    return found;
  }

  private decodeType(placed: PlacedType, batch: RecordExtractor | RecordSubset): BatchRows[] {
    const decoder = this.decoderOf(placed);
    const rows = decoder.decode(batch, this.foreign(batch));
    return rows.map(({ dataset, partition, address, count }) => ({
      dataset: placed.firstDataset + dataset,
      partition,
      vectors: decoder.datasets[dataset]!.columns.vectors,
      members: address,
      count,
    }));
  }

  /** Made when a type is first met: a file has few of those that a layout knows. */
  private decoderOf(placed: PlacedType): RecordTypeDecoder {
    const { kernel, capacityRecords, onReject } = this;
    placed.decoder ??= new RecordTypeDecoder(
      kernel,
      placed.type,
      summedFields(this.layout, placed.type),
      capacityRecords,
      onReject,
    );
    return placed.decoder;
  }

  private foreign(batch: RecordExtractor | RecordSubset): ForeignRecords {
    return {
      header: this.headers,
      parentOf: (recordType) => this.parentPlaces(recordType, batch as RecordSubset),
    };
  }

  private readonly parentBuffers = new Map<string, RecordPlaces>();

  /** The parents of the subset's records. */
  private parentPlaces(recordType: string, subset: RecordSubset): RecordPlaces {
    const { kernel } = this;
    let buffers = this.parentBuffers.get(recordType);
    if (!buffers) {
      const room = this.capacityRecords * 4;
      buffers = { starts: kernel.allocate(room), ends: kernel.allocate(room) };
      this.parentBuffers.set(recordType, buffers);
    }
    const { starts, ends } = this.parents!.placesOf(recordType);
    kernel.call.gatherAddresses(starts, subset.indexes, subset.recordCount, buffers.starts);
    if (ends === 0) return { starts: buffers.starts, ends };
    kernel.call.gatherAddresses(ends, subset.indexes, subset.recordCount, buffers.ends);
    return buffers;
  }

  private assignTypes(batch: RecordExtractor): void {
    const { call, bytes } = this.kernel;
    const { starts, rawLengths, outcomes, recordCount } = batch;
    bytes.fill(TYPE_UNKNOWN, this.typeOf, this.typeOf + recordCount);
    for (const [index, { type, literals }] of this.types.entries()) {
      const { startByte, endByte, anyOf } = type.match!;
      call.assignType(
        starts,
        rawLengths,
        outcomes,
        recordCount,
        startByte,
        literals,
        anyOf.length,
        endByte - startByte,
        index,
        this.typeOf,
      );
    }
  }

  /** Records of no type become rejects, for that reason if they have no other. */
  private rejectUnknown(batch: RecordExtractor): void {
    const { bytes } = this.kernel;
    for (let record = 0; record < batch.recordCount; record++) {
      if (bytes[this.typeOf + record] !== TYPE_UNKNOWN) continue;
      if (batch.outcomeOf(record) === RECORD_OK) bytes[batch.outcomes + record] = RECORD_UNKNOWN_TYPE;
      this.unknownCount++;
      this.onReject(rejectOf(batch, record));
    }
  }

  private placeHeader(header: Uint8Array): RecordPlaces | undefined {
    const { kernel, layout, capacityRecords } = this;
    if (!copiesHeader(layout)) return undefined;
    const lengthBytes = Math.max(layout.record.lengthBytes, header.length);
    const at = kernel.allocate(lengthBytes + 2 * READ_MARGIN_BYTES) + READ_MARGIN_BYTES;
    kernel.bytes.fill(spaceOf(layout.encoding), at, at + lengthBytes);
    kernel.bytes.set(header, at);
    const everywhere = (address: number) =>
      kernel.place(new Uint8Array(new Uint32Array(capacityRecords).fill(address).buffer));
    const isShort = header.length < lengthBytes;
    return { starts: everywhere(at), ends: isShort ? everywhere(at + header.length) : 0 };
  }

  private typeWith(dataset: number): PlacedType {
    return this.types.findLast(
      ({ firstDataset, type }) => firstDataset <= dataset && type.datasets.length > 0,
    )!;
  }
}
