import type { Kernel } from '../kernel/kernel.ts';
import type { RecordBatch } from './record-batch.ts';

/** The records of one type among those of a batch, in the order of the file. */
export class RecordSubset implements RecordBatch {
  recordCount = 0;
  readonly starts: number;
  readonly outcomes: number;
  readonly ends: number;
  hasPadded = false;
  shortestBytes = 0;
  /** Address of the index of each record in the whole batch, 4 bytes each. */
  readonly indexes: number;
  private readonly kernel: Kernel;
  private gathered: RecordBatch | undefined;

  constructor(kernel: Kernel, capacityRecords: number) {
    this.kernel = kernel;
    this.starts = kernel.allocate(capacityRecords * 4);
    this.indexes = kernel.allocate(capacityRecords * 4);
    this.outcomes = kernel.allocate(capacityRecords);
    this.ends = kernel.allocate(capacityRecords * 4);
  }

  /** Takes the records of `whole` whose byte at the address `types` is `type`; returns how many there are. */
  gather(whole: RecordBatch, types: number, type: number): number {
    this.gathered = whole;
    this.recordCount = this.kernel.call.gatherType(
      types,
      type,
      whole.recordCount,
      whole.starts,
      whole.outcomes,
      this.indexes,
      this.starts,
      this.outcomes,
    );
    this.hasPadded = whole.hasPadded;
    this.shortestBytes = whole.shortestBytes;
    if (whole.hasPadded) {
      this.kernel.call.gatherAddresses(whole.ends, this.indexes, this.recordCount, this.ends);
    }
    return this.recordCount;
  }

  /** The index of each record in the whole batch; valid until the memory grows. */
  get recordIndexes(): Uint32Array {
    return new Uint32Array(this.kernel.bytes.buffer, this.indexes, this.recordCount);
  }

  private get whole(): RecordBatch {
    if (!this.gathered) throw new Error('records of a subset are asked for before it gathered any');
    return this.gathered;
  }

  get spaceByte(): number {
    return this.whole.spaceByte;
  }

  startOf(index: number): number {
    return this.kernel.view.getUint32(this.starts + index * 4, true);
  }

  outcomeOf(index: number): number {
    return this.kernel.bytes[this.outcomes + index]!;
  }

  recordIndexOf(index: number): number {
    return this.whole.recordIndexOf(this.indexOf(index));
  }

  byteOffsetOf(index: number): number {
    return this.whole.byteOffsetOf(this.indexOf(index));
  }

  lengthOf(index: number): number {
    return this.whole.lengthOf(this.indexOf(index));
  }

  rawLengthOf(index: number): number {
    return this.whole.rawLengthOf(this.indexOf(index));
  }

  rawBytesOf(index: number): Uint8Array {
    return this.whole.rawBytesOf(this.indexOf(index));
  }

  private indexOf(index: number): number {
    return this.kernel.view.getUint32(this.indexes + index * 4, true);
  }
}
