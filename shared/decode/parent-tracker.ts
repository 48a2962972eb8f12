import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import type { RecordType } from '../layout/layout.ts';
import type { RecordBatch } from './record-batch.ts';
import type { RecordPlaces } from './record-end.ts';

/** No type, or none that is a parent. */
const NO_SLOT = 255;

/** The types that are parents, in the order of the layout. */
export function parentTypes(types: readonly RecordType[]): string[] {
  const named = new Set(types.flatMap(({ parent }) => (parent === undefined ? [] : [parent])));
  return types.map(({ name }) => name).filter((name) => named.has(name));
}

/**
 * Knows of each record the last record before it of every type that is a parent, over the ends of batches. A record without a
 * parent of its own that is one begins a new group: what came before is nobody's parent any more.
 */
export class ParentTracker {
  private readonly kernel: Kernel;
  private readonly slots: string[];
  private readonly capacityRecords: number;
  private readonly recordBytes: number;
  private readonly slotOf: number;
  private readonly parentSlotOf: number;
  private readonly resets: number;
  /** Address of the last record in each slot, or 0. */
  private readonly last: number;
  /** Where that record ends in truth, which may be before its layout does. */
  private readonly lastEnds: number;
  /** Addresses by slot and record of the batch, and where what stands there ends. */
  private readonly found: number;
  private readonly foundEnds: number;
  /** Whether any record so far was filled up: parents are carried from batch to batch. */
  private hasPadded = false;
  /** Copies of the last records, for the next batch: two sets, as rows of this batch may still point at the other. */
  private readonly carried: [number, number];
  private turn: 0 | 1 = 0;

  /** `recordBytes` is the most bytes of a record. */
  constructor(kernel: Kernel, types: readonly RecordType[], capacityRecords: number, recordBytes: number) {
    const slots = parentTypes(types);
    const slotOf = (name: string | undefined) => (name === undefined ? NO_SLOT : slots.indexOf(name) & 0xff);
    this.kernel = kernel;
    this.slots = slots;
    this.capacityRecords = capacityRecords;
    this.recordBytes = recordBytes;
    this.slotOf = kernel.place(Uint8Array.from(types, ({ name }) => slotOf(name)));
    this.parentSlotOf = kernel.place(Uint8Array.from(types, ({ parent }) => slotOf(parent)));
    const resets = Uint32Array.from(types, (type) => resetSlots(type, types, slots));
    this.resets = kernel.place(new Uint8Array(resets.buffer));
    this.last = kernel.allocate(slots.length * 4);
    kernel.bytes.fill(0, this.last, this.last + slots.length * 4);
    this.lastEnds = kernel.allocate(slots.length * 4);
    this.found = kernel.allocate(slots.length * capacityRecords * 4);
    this.foundEnds = kernel.allocate(slots.length * capacityRecords * 4);
    const copies = () =>
      kernel.allocate(slots.length * this.copyBytes + 2 * READ_MARGIN_BYTES) + READ_MARGIN_BYTES;
    this.carried = [copies(), copies()];
  }

  private get copyBytes(): number {
    return this.recordBytes + READ_MARGIN_BYTES;
  }

  /** Finds the parents of a batch's records of the given `types`. */
  track(batch: RecordBatch, types: number): void {
    this.hasPadded ||= batch.hasPadded;
    this.kernel.call.trackParents(
      types,
      batch.outcomes,
      batch.starts,
      batch.hasPadded ? batch.ends : 0,
      this.recordBytes,
      batch.recordCount,
      this.slotOf,
      this.parentSlotOf,
      this.resets,
      this.slots.length,
      this.last,
      this.lastEnds,
      this.found,
      this.foundEnds,
      this.capacityRecords,
    );
  }

  /** Each record's last record of a type before it. */
  placesOf(recordType: string): RecordPlaces {
    const at = this.slots.indexOf(recordType) * this.capacityRecords * 4;
    return { starts: this.found + at, ends: this.hasPadded ? this.foundEnds + at : 0 };
  }

  /** Keeps what the next batch may need; the batch's own bytes may go then. */
  carry(): void {
    const { bytes, view } = this.kernel;
    this.turn = this.turn === 0 ? 1 : 0;
    for (const [slot] of this.slots.entries()) {
      const address = view.getUint32(this.last + slot * 4, true);
      if (address === 0) continue;
      const copy = this.carried[this.turn] + slot * this.copyBytes;
      bytes.copyWithin(copy, address, address + this.recordBytes);
      view.setUint32(this.last + slot * 4, copy, true);
      const end = view.getUint32(this.lastEnds + slot * 4, true);
      view.setUint32(this.lastEnds + slot * 4, end - address + copy, true);
    }
  }
}

/** Bits of the slots that a record of this type empties: those of its descendants; of all where it begins a group. */
function resetSlots(type: RecordType, types: readonly RecordType[], slots: string[]): number {
  const begins = type.parent === undefined && slots.includes(type.name);
  const below = (name: string): string[] =>
    types.filter(({ parent }) => parent === name).flatMap((child) => [child.name, ...below(child.name)]);
  const emptied = begins ? slots : slots.includes(type.name) ? below(type.name) : [];
  let bits = 0;
  for (const name of emptied) if (slots.includes(name)) bits |= 1 << slots.indexOf(name);
  return bits >>> 0;
}
