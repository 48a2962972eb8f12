import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import type { RecordLayout, RecordType } from '../layout/layout.ts';
import { addNarrowedArea } from './narrowed-area.ts';
import type { RecordBatch } from './record-batch.ts';
import type { RecordPlaces } from './record-end.ts';

/** The slot of a type that is not a parent. */
const NO_SLOT = 255;

/** A parent that is not among the records of a batch, as it is in the file, without terminator. */
export interface ParentRecord {
  recordType: string;
  bytes: Uint8Array;
}

/** The parts of a batch that decide on parents. */
type TrackedBatch = Pick<RecordBatch, 'recordCount' | 'starts' | 'ends' | 'outcomes' | 'hasPadded'>;

/** The types that are parents, in the order of the layout. */
export function parentTypes(types: readonly RecordType[]): string[] {
  const named = new Set(types.flatMap(({ parent }) => (parent === undefined ? [] : [parent])));
  return types.map(({ name }) => name).filter((name) => named.has(name));
}

/**
 * Finds for each record the last record before it of every type that is a parent, across the ends of batches. A record of a
 * parent type that has no parent itself begins a new group: no earlier record is a parent from then on.
 */
export class ParentTracker {
  private readonly kernel: Kernel;
  private readonly slots: string[];
  private readonly capacityRecords: number;
  /** The most bytes of a record. */
  private readonly recordBytes: number;
  private readonly isNarrowed: boolean;
  /** Address of the slot of each record type, 1 byte each. */
  private readonly slotsByType: number;
  /** Address of the slot of the parent of each record type, 1 byte each. */
  private readonly parentSlotsByType: number;
  /** Address of the slots that a record of each type empties, as bits, 4 bytes each. */
  private readonly resets: number;
  /** Address of the address of the last record in each slot, or of 0. */
  private readonly last: number;
  /** Address of the true end of that record, which may be before the end of its layout. */
  private readonly lastEnds: number;
  /** Address of a blank record, which stands for parents that are missing. */
  private readonly nobody: number;
  /** Addresses of the parents' addresses and of their ends, by slot and record of the batch. */
  private readonly found: number;
  private readonly foundEnds: number;
  /** Was any record so far filled up? Parents are carried from batch to batch. */
  private hasPadded = false;
  /** Copies of the last records for the next batch. There are two sets, since rows of this batch may still point at the other. */
  private readonly carried: [number, number];
  private turn: 0 | 1 = 0;

  constructor(
    kernel: Kernel,
    types: readonly RecordType[],
    capacityRecords: number,
    { lengthBytes, positions, spaceByte }: RecordLayout,
  ) {
    const slots = parentTypes(types);
    const slotOf = (name: string | undefined) => (name === undefined ? NO_SLOT : slots.indexOf(name) & 0xff);
    this.kernel = kernel;
    this.slots = slots;
    this.capacityRecords = capacityRecords;
    this.recordBytes = lengthBytes;
    this.isNarrowed = positions === 'characters';
    this.slotsByType = kernel.place(Uint8Array.from(types, ({ name }) => slotOf(name)));
    this.parentSlotsByType = kernel.place(Uint8Array.from(types, ({ parent }) => slotOf(parent)));
    const resets = Uint32Array.from(types, (type) => resetSlots(type, types, slots));
    this.resets = kernel.place(new Uint8Array(resets.buffer));
    this.last = kernel.allocate(slots.length * 4);
    kernel.bytes.fill(0, this.last, this.last + slots.length * 4);
    this.lastEnds = kernel.allocate(slots.length * 4);
    this.nobody = kernel.allocate(lengthBytes + 2 * READ_MARGIN_BYTES) + READ_MARGIN_BYTES;
    kernel.bytes.fill(spaceByte, this.nobody, this.nobody + lengthBytes);
    this.found = kernel.allocate(slots.length * capacityRecords * 4);
    this.foundEnds = kernel.allocate(slots.length * capacityRecords * 4);
    const copies = () =>
      kernel.allocate(slots.length * this.copyBytes + 2 * READ_MARGIN_BYTES) + READ_MARGIN_BYTES;
    this.carried = [copies(), copies()];
    if (this.isNarrowed) {
      for (const copy of this.carried) addNarrowedArea(kernel, copy, slots.length * this.copyBytes);
    }
  }

  private get copyBytes(): number {
    return this.recordBytes + READ_MARGIN_BYTES;
  }

  /** Sets the parents of the first record, if it is not the first of the file. Short ones are filled up with `spaceByte`. */
  begin(parents: readonly ParentRecord[], spaceByte: number): void {
    const { kernel, recordBytes } = this;
    for (const { recordType, bytes } of parents) {
      const slot = this.slots.indexOf(recordType);
      const copy = this.carried[this.turn] + slot * this.copyBytes;
      const length = this.isNarrowed
        ? this.narrow(bytes, copy, spaceByte)
        : this.copyWhole(bytes, copy, spaceByte);
      kernel.view.setUint32(this.last + slot * 4, copy, true);
      kernel.view.setUint32(this.lastEnds + slot * 4, copy + length, true);
      this.hasPadded ||= length < recordBytes;
    }
  }

  private copyWhole(bytes: Uint8Array, copy: number, spaceByte: number): number {
    this.kernel.bytes.fill(spaceByte, copy, copy + this.recordBytes);
    this.kernel.bytes.set(bytes, copy);
    return bytes.length;
  }

  /** Parents are records that could be decoded, so they are well-formed. */
  private narrow(bytes: Uint8Array, copy: number, spaceByte: number): number {
    const { kernel } = this;
    const from = kernel.allocate(bytes.length + READ_MARGIN_BYTES);
    kernel.bytes.set(bytes, from);
    return kernel.call.narrowRecord(from, from + bytes.length, copy, this.recordBytes, spaceByte);
  }

  /** Finds the parents of the records of a batch; `types` is the address of their types, 1 byte each. */
  track(batch: TrackedBatch, types: number): void {
    this.hasPadded ||= batch.hasPadded;
    this.kernel.call.trackParents(
      types,
      batch.outcomes,
      batch.starts,
      batch.hasPadded ? batch.ends : 0,
      this.recordBytes,
      batch.recordCount,
      this.slotsByType,
      this.parentSlotsByType,
      this.resets,
      this.slots.length,
      this.last,
      this.lastEnds,
      this.found,
      this.foundEnds,
      this.capacityRecords,
      this.nobody,
    );
  }

  /** The last record of a type before each record. */
  placesOf(recordType: string): RecordPlaces {
    const at = this.slots.indexOf(recordType) * this.capacityRecords * 4;
    return { starts: this.found + at, ends: this.hasPadded ? this.foundEnds + at : 0 };
  }

  /** Copies the records that the next batch may need; the memory of this batch may then be used again. */
  carry(): void {
    const { bytes, call, view } = this.kernel;
    this.turn = this.turn === 0 ? 1 : 0;
    for (const [slot] of this.slots.entries()) {
      const address = view.getUint32(this.last + slot * 4, true);
      if (address === 0) continue;
      const copy = this.carried[this.turn] + slot * this.copyBytes;
      if (this.isNarrowed) call.copyNarrowed(address, copy, this.recordBytes);
      else bytes.copyWithin(copy, address, address + this.recordBytes);
      view.setUint32(this.last + slot * 4, copy, true);
      const end = view.getUint32(this.lastEnds + slot * 4, true);
      view.setUint32(this.lastEnds + slot * 4, end - address + copy, true);
    }
  }
}

/** The slots that a record of this type empties, as bits: those of its descendants, or all if it begins a group. */
export function resetSlots(type: RecordType, types: readonly RecordType[], slots: string[]): number {
  const begins = type.parent === undefined && slots.includes(type.name);
  const below = (name: string): string[] =>
    types.filter(({ parent }) => parent === name).flatMap((child) => [child.name, ...below(child.name)]);
  const emptied = begins ? slots : slots.includes(type.name) ? below(type.name) : [];
  let bits = 0;
  for (const name of emptied) if (slots.includes(name)) bits |= 1 << slots.indexOf(name);
  return bits >>> 0;
}
