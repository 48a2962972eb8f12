import type { Kernel } from '../kernel/kernel.ts';
import { INVALID_COUNT_UNIT } from '../kernel/shapes.ts';
import type { Selection } from '../layout/layout.ts';
import type { FieldVector } from './field-vector.ts';

/** What a rule needs besides the records: its literals in the kernel's memory. */
interface PlacedRule {
  literals: number;
  width: number;
  /** Address of a byte a record: 1 where it is selected. */
  mask: number;
  /** Of the batch at hand: undefined where it was not looked at yet. */
  unselected: number | undefined;
}

/** Applies the rules that say whether a field is there, each once a batch however many fields share it. */
export class SelectionMasks {
  private readonly kernel: Kernel;
  private readonly capacity: number;
  private readonly rules = new Map<Selection, PlacedRule>();

  /** `capacity` is the most records or entries of a batch. */
  constructor(kernel: Kernel, capacity: number) {
    this.kernel = kernel;
    this.capacity = capacity;
  }

  /** Forgets what is known of the batch before. */
  begin(): void {
    for (const rule of this.rules.values()) rule.unselected = undefined;
  }

  /** Address of a byte a record, 1 where the rule selects it. */
  maskOf(selection: Selection, addresses: number, count: number): number {
    return this.look(selection, addresses, count).mask;
  }

  /** Makes values null that are not selected; returns how many of them were invalid. */
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
      const width = selection.endByte - selection.startByte;
      rule = { literals, width, mask: kernel.allocate(this.capacity), unselected: undefined };
      this.rules.set(selection, rule);
    }
    rule.unselected ??= kernel.call.selectRecords(
      addresses,
      count,
      selection.startByte,
      rule.literals,
      selection.anyOf.length,
      rule.width,
      rule.mask,
    );
    return rule;
  }
}
