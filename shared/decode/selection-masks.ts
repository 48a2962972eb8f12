import type { Kernel } from '../kernel/kernel.ts';
import { INVALID_COUNT_UNIT } from '../kernel/shapes.ts';
import type { Selection } from '../layout/field.ts';
import type { FieldVector } from './field-vector.ts';

/** A rule in the kernel's memory. */
interface PlacedRule {
  /** Address of its literals, `widthBytes` each. */
  literals: number;
  widthBytes: number;
  /** Address of a byte a record: 1 if it is selected. */
  mask: number;
  /** Number of records of this batch that are not selected; undefined until the rule is applied to it. */
  unselected: number | undefined;
}

/** Applies the rules that say whether a field is present, each once a batch even if many fields share it. */
export class SelectionMasks {
  private readonly kernel: Kernel;
  private readonly capacity: number;
  private readonly rules = new Map<Selection, PlacedRule>();

  /** A batch has at most `capacity` records or entries. */
  constructor(kernel: Kernel, capacity: number) {
    this.kernel = kernel;
    this.capacity = capacity;
  }

  /** Begins a batch: forgets the masks of the last one. */
  begin(): void {
    for (const rule of this.rules.values()) rule.unselected = undefined;
  }

  /** Address of a byte a record: 1 if the rule selects it. */
  maskOf(selection: Selection, addresses: number, count: number): number {
    return this.look(selection, addresses, count).mask;
  }

  /** Sets the values that are not selected to null; returns how many of them were invalid. */
  apply(selection: Selection, addresses: number, count: number, vector: FieldVector): number {
    const { mask, unselected } = this.look(selection, addresses, count);
    if (unselected === 0) return 0;
    vector.hasNulls = true;
    return Math.floor(this.kernel.call.nullUnselected(mask, count, vector.states) / INVALID_COUNT_UNIT);
  }

  private look(selection: Selection, addresses: number, count: number): PlacedRule {
    const { kernel } = this;
    let rule = this.rules.get(selection);
    if (!rule) {
      const literals = kernel.place(Buffer.concat(selection.anyOf));
      const widthBytes = selection.endByte - selection.startByte;
      rule = { literals, widthBytes, mask: kernel.allocate(this.capacity), unselected: undefined };
      this.rules.set(selection, rule);
    }
    rule.unselected ??= kernel.call.selectRecords(
      addresses,
      count,
      selection.startByte,
      rule.literals,
      selection.anyOf.length,
      rule.widthBytes,
      rule.mask,
    );
    return rule;
  }
}
