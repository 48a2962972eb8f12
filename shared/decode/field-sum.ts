import type { Kernel } from '../kernel/kernel.ts';
import { LIMB_DIGITS } from '../kernel/shapes.ts';
import type { Condition } from '../layout/layout.ts';
import type { SummedField } from '../layout/summed-fields.ts';
import { spaceOf } from './ascii-form.ts';
import type { FieldDecoder } from './field-decoder.ts';
import { ENTRY_BYTES } from './field-vector.ts';
import type { RecordBatch } from './record-batch.ts';

/** A condition with its literals in the kernel's memory: { address, length } of each, 4 bytes each. */
type PlacedCondition = Condition & { literals: number };

/**
 * Exact sum of one field over detail records, including rejected ones, for a control total: the sum of its values, or for a hash
 * total the sum of its digits without sign and point; or the number of records. Blanks add nothing. A value that cannot be decoded,
 * or a text that is not all digits, is counted; the file is refused later. With a condition, only records that fulfil it count.
 */
export class FieldSum {
  readonly summed: SummedField;
  /** Unscaled. */
  total = 0n;
  undecodableCount = 0;
  private readonly kernel: Kernel;
  /** Undefined if records are counted. */
  private readonly decoder: FieldDecoder | undefined;
  private readonly where: PlacedCondition | undefined;
  /** Address of the limbs for texts, 8 bytes each; a limb is the sum of nine digits of each text. 0 for numbers. */
  private readonly limbs: number;
  private readonly limbCount: number;

  constructor(kernel: Kernel, summed: SummedField, decoder: FieldDecoder | undefined) {
    this.kernel = kernel;
    this.summed = summed;
    this.decoder = decoder;
    this.where = summed.where && placeCondition(kernel, summed.where);
    const field = decoder?.vector.kind === 'bytes' ? decoder.field : undefined;
    this.limbCount = field ? Math.ceil((field.endByte - field.startByte) / LIMB_DIGITS) : 0;
    this.limbs = field ? kernel.allocate(this.limbCount * 8) : 0;
  }

  /** A record must have so many bytes to be counted or added. */
  get leastBytes(): number {
    return Math.max(this.decoder?.field.endByte ?? 0, this.where?.field.endByte ?? 0);
  }

  /** Name of the field that is added up, or by which records are counted. */
  get fieldName(): string {
    return (this.summed.field ?? this.where?.field)?.name ?? '';
  }

  get isConditional(): boolean {
    return this.where !== undefined;
  }

  /** Sets the byte at `counted` of each record that does not fulfil the condition to 0. */
  select({ starts, recordCount }: RecordBatch, counted: number): void {
    if (!this.where) return;
    const { field, literals, anyOf } = this.where;
    const { startByte, endByte, encoding } = field;
    const space = spaceOf(encoding);
    const width = endByte - startByte;
    this.kernel.call.keepEqual(starts, recordCount, startByte, width, space, literals, anyOf.length, counted);
  }

  /**
   * Adds the values just decoded of `count` records from the `first` on whose byte at `counted` is set; of all if that address is 0.
   * Returns what it added.
   */
  add(first: number, count: number, counted: number): bigint {
    const from = counted === 0 ? 0 : counted + first;
    const added = this.decoder
      ? this.addValues(this.decoder, first, count, from)
      : this.countSet(from, count);
    this.total += added;
    return added;
  }

  private countSet(counted: number, count: number): bigint {
    return BigInt(counted === 0 ? count : this.kernel.call.countNotOk(counted, count));
  }

  private addValues({ vector }: FieldDecoder, first: number, count: number, counted: number): bigint {
    const { kind } = vector;
    const states = vector.states + first;
    const values = vector.values + first * ENTRY_BYTES[kind];
    return kind === 'bytes'
      ? this.addTexts(states, values, count, counted)
      : this.addNumbers(states, values, count, counted, kind === 'int128');
  }

  private addNumbers(
    states: number,
    values: number,
    count: number,
    counted: number,
    isWide: boolean,
  ): bigint {
    const { call, view } = this.kernel;
    const absolute = this.summed.kind === 'hash' ? 1 : 0;
    const sum = isWide ? call.sumInt128s : call.sumInt64s;
    sum(states, values, counted, count, absolute);
    const result = call.resultAddress();
    this.undecodableCount += view.getUint32(result + 24, true);
    return (
      (view.getBigInt64(result + 16, true) << 128n) +
      (view.getBigUint64(result + 8, true) << 64n) +
      view.getBigUint64(result, true)
    );
  }

  private addTexts(states: number, values: number, count: number, counted: number): bigint {
    const { call, view, bytes } = this.kernel;
    bytes.fill(0, this.limbs, this.limbs + this.limbCount * 8);
    this.undecodableCount += call.sumDigitTexts(states, values, counted, count, this.limbs);
    let added = 0n;
    for (let limb = 0; limb < this.limbCount; limb++) {
      added += view.getBigUint64(this.limbs + limb * 8, true) * 10n ** BigInt(limb * LIMB_DIGITS);
    }
    return added;
  }
}

function placeCondition(kernel: Kernel, condition: Condition): PlacedCondition {
  const places = condition.anyOf.flatMap((bytes) => [kernel.place(bytes), bytes.length]);
  return { ...condition, literals: kernel.place(new Uint8Array(Uint32Array.from(places).buffer)) };
}
