import type { Kernel } from '../kernel/kernel.ts';
import { INVALID_COUNT_UNIT, STATE_INVALID, STATE_UNDECIDED, STATE_VALUE } from '../kernel/shapes.ts';
import type { CodePage } from '../layout/code-page.ts';
import type { Field } from '../layout/field.ts';
import { UTF8_SLOT_BYTES } from './code-pages.ts';
import { decodeValue } from './decode-value.ts';
import { fieldLoop } from './field-loop.ts';
import { ENTRY_BYTES, FieldVector, type FillVector, vectorKind } from './field-vector.ts';
import { nullRules } from './null-rules.ts';
import { mayBeFilled } from './record-end.ts';

/** Decodes one field of a layout for all records of a batch at once. The loop is chosen once a layout, never per record. */
export class FieldDecoder {
  readonly field: Field;
  readonly vector: FieldVector;
  /** Invalid values of the last batch, including those of records that are rejected for other reasons. */
  invalidCount = 0;
  private readonly kernel: Kernel;
  private readonly run: FillVector;
  private readonly nullRules: FillVector[];

  /** A batch has at most `capacityRecords` records. */
  constructor(kernel: Kernel, field: Field, capacityRecords: number) {
    this.kernel = kernel;
    this.field = field;
    this.vector = new FieldVector(kernel, vectorKind(field.type), capacityRecords, maxTextBytes(field));
    this.run = fieldLoop(kernel, field, this.vector, capacityRecords);
    this.nullRules = nullRules(kernel, field, this.vector.states);
  }

  decode(records: number, count: number): void {
    const result = this.run(records, count);
    this.invalidCount = Math.floor(result / INVALID_COUNT_UNIT);
    let nullCount = result % INVALID_COUNT_UNIT;
    if (this.field.trailingZeros > 0) this.scale(count);
    if (this.field.usage === 'display' && this.vector.kind === 'double' && this.invalidCount > 0)
      this.decide(records, count);
    if (nullCount > 0 && this.field.blank !== 'null') {
      this.settleBlanks(count);
      if (this.field.blank === 'reject') this.invalidCount += nullCount;
      nullCount = 0;
    }
    for (const rule of this.nullRules) {
      const result = rule(records, count);
      const invalids = Math.floor(result / INVALID_COUNT_UNIT);
      this.invalidCount -= invalids;
      nullCount += invalids + (result % INVALID_COUNT_UNIT);
    }
    this.vector.hasNulls = nullCount > 0 || this.invalidCount > 0;
  }

  /**
   * Corrects the values of records that were filled up with `spaceByte`: a value that the end of its record cuts or leaves out is
   * invalid or null (`beyondEnd`).
   */
  leaveOutBeyond(records: number, ends: number, count: number, spaceByte: number): void {
    const { field, vector, kernel } = this;
    if (mayBeFilled(field, spaceByte)) return;
    const { startByte, endByte, mayBeAbsent } = field;
    const absent = mayBeAbsent ? 1 : 0;
    const result = kernel.call.nullBeyond(records, ends, count, startByte, endByte, absent, vector.states);
    const wrong = kernel.view.getInt32(kernel.call.resultAddress(), true);
    this.invalidCount += wrong - Math.floor(result / INVALID_COUNT_UNIT);
    vector.hasNulls = true;
  }

  private scale(count: number): void {
    const { kind, states, values } = this.vector;
    const { scaleInt64s, scaleInt128s } = this.kernel.call;
    (kind === 'int128' ? scaleInt128s : scaleInt64s)(states, values, count, this.field.trailingZeros);
  }

  private settleBlanks(count: number): void {
    const { kind, states, values } = this.vector;
    const toZero = this.field.blank === 'zero' ? 1 : 0;
    this.kernel.call.settleBlanks(states, values, count, ENTRY_BYTES[kind], toZero);
  }

  /** Decodes the doubles that the kernel leaves undecided: with many digits, with an exponent, or not numbers at all. */
  private decide(records: number, count: number): void {
    const { bytes, view } = this.kernel;
    this.invalidCount = 0;
    for (let record = 0; record < count; record++) {
      const stateAt = this.vector.states + record;
      if (bytes[stateAt] !== STATE_UNDECIDED) continue;
      const decoded = decodeValue(bytes, view.getUint32(records + record * 4, true), this.field);
      bytes[stateAt] = decoded.state === 'value' ? STATE_VALUE : STATE_INVALID;
      if (decoded.state === 'value') {
        view.setFloat64(this.vector.values + record * 8, Number(decoded.value), true);
      } else this.invalidCount++;
    }
  }
}

function maxTextBytes({ startByte, endByte, type, encoding, positions }: Field): number {
  const most = positions === 'characters' ? UTF8_SLOT_BYTES : mostUtf8Bytes(encoding);
  return (endByte - startByte) * (type.kind === 'string' ? most : 1);
}

/** The most bytes of UTF-8 that one byte of a text becomes. */
function mostUtf8Bytes(encoding: CodePage): number {
  if (encoding === 'us-ascii' || encoding === 'utf-8') return 1;
  return encoding === 'iso-8859-1' || encoding === 'utf-16be' ? 2 : UTF8_SLOT_BYTES;
}
