import { Kernel } from '../kernel/kernel.ts';
import { RECORD_OK, TYPE_UNKNOWN } from '../kernel/shapes.ts';
import type { Layout } from '../layout/layout.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import { batchCapacity } from './batch-capacity.ts';
import { parentTypes, resetSlots } from './parent-tracker.ts';
import { RecordExtractor } from './record-extractor.ts';
import { recordShape } from './record-shape.ts';
import { TypeAssigner } from './type-assigner.ts';

/** By the name of a type of parents: the place of its last record in a piece of a file; null if that is no parent of what follows. */
type LastParents = Map<string, ByteRange | null>;

/**
 * Finds the last record of each type that is a parent in a piece of a file. A record that cannot be decoded is no parent, and
 * neither is one before a record that begins a group above it. That its own parent may be missing is not looked at here.
 */
export class ParentScan {
  /** The types that are parents. */
  readonly types: string[];
  private started: Kernel | undefined;
  private readonly layout: Layout;
  private readonly terminatorBytes: number;
  /** By index of the record type: bits of the parents that a record of it replaces or ends, and its own among them. */
  private readonly touched: Uint32Array;
  private readonly own: Uint32Array;

  constructor(layout: Layout, terminatorBytes: number) {
    const { recordTypes } = layout;
    this.layout = layout;
    this.terminatorBytes = terminatorBytes;
    this.types = parentTypes(recordTypes);
    const slotBit = (name: string) => (this.types.includes(name) ? 1 << this.types.indexOf(name) : 0);
    this.own = Uint32Array.from(recordTypes, ({ name }) => slotBit(name));
    this.touched = Uint32Array.from(
      recordTypes,
      (type) => resetSlots(type, recordTypes, this.types) | slotBit(type.name),
    );
  }

  /** Most files have one range, or no parents: they need none. */
  private get kernel(): Kernel {
    this.started ??= new Kernel();
    return this.started;
  }

  /** `bytes` are whole records; the first byte is byte `startByte` of the file. A type that is not in the piece has no entry. */
  scan(bytes: Uint8Array, startByte: number): LastParents {
    const { kernel } = this;
    kernel.reset();
    const shape = recordShape(this.layout.record, this.terminatorBytes);
    const extractor = new RecordExtractor(kernel, shape, startByte, batchCapacity(this.layout));
    const assigner = new TypeAssigner(kernel, this.layout, extractor.capacityRecords);
    const last: LastParents = new Map();
    for (let from = 0; from < bytes.length; ) {
      const pushed = extractor.push(bytes, from);
      from += pushed;
      while (extractor.extract(from >= bytes.length) > 0) {
        assigner.assign(extractor);
        this.note(extractor, assigner.typeIndexes, last);
      }
      // A line that is too long, or a chain that breaks: the parser of that range says so.
      if (pushed === 0 || extractor.isBroken) break;
    }
    return last;
  }

  private note(batch: RecordExtractor, typeIndexes: number, last: LastParents): void {
    const { bytes } = this.kernel;
    const all = 2 ** this.types.length - 1;
    let seen = 0;
    for (let record = batch.recordCount - 1; record >= 0 && seen !== all; record--) {
      const type = bytes[typeIndexes + record]!;
      if (type === TYPE_UNKNOWN) continue;
      const found = (this.touched[type]! & ~seen) >>> 0;
      if (found === 0) continue;
      for (const [slot, name] of this.types.entries()) {
        const bit = (1 << slot) >>> 0;
        if ((found & bit) === 0) continue;
        const isParent = this.own[type] === bit && batch.outcomeOf(record) === RECORD_OK;
        const startByte = batch.byteOffsetOf(record);
        last.set(name, isParent ? { startByte, endByte: startByte + batch.rawLengthOf(record) } : null);
      }
      seen = (seen | found) >>> 0;
    }
  }
}
