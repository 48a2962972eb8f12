import { DECIMAL_DIGITS, INT64_DIGITS } from '../layout/field-type.ts';
import type { Field } from '../layout/layout.ts';
import {
  NUMBER_INVALID,
  NUMBER_VALUE,
  readExplicit,
  readImplied,
  readWide,
  signCode,
  valueHigh,
  valueLow,
} from './number-kernel.ts';

/**
 * Exact sum of one field over detail records, rejected ones included, for a control total. Blanks count as
 * nothing; a value that does not decode is counted, and refuses the file later.
 */
export class FieldSum {
  readonly field: Field;
  total = 0n;
  undecodableCount = 0;
  private readonly sign: number;
  private readonly explicitScale: number;
  private readonly maxDigits: number;
  private readonly wide = new Uint8Array(16);

  constructor(field: Field) {
    this.field = field;
    this.sign = signCode(field.sign);
    this.explicitScale = field.type.kind === 'decimal' && field.point === 'explicit' ? field.type.scale : -1;
    this.maxDigits = field.type.kind === 'decimal' ? field.type.precision : INT64_DIGITS;
  }

  /** `records[0, recordCount)` index into `starts`. At most 2²⁰ records a call, so that halves stay exact. */
  add(bytes: Uint8Array, starts: Int32Array, records: Int32Array, recordCount: number): void {
    if (this.maxDigits > INT64_DIGITS) this.addWide(bytes, starts, records, recordCount);
    else this.addInt64(bytes, starts, records, recordCount);
  }

  private addInt64(bytes: Uint8Array, starts: Int32Array, records: Int32Array, recordCount: number): void {
    const { startByte, endByte } = this.field;
    const { sign, explicitScale, maxDigits } = this;
    let lowSum = 0;
    let highSum = 0;
    for (let index = 0; index < recordCount; index++) {
      const start = starts[records[index]!]!;
      const state =
        explicitScale < 0
          ? readImplied(bytes, start + startByte, start + endByte, sign, maxDigits)
          : readExplicit(bytes, start + startByte, start + endByte, sign, explicitScale, maxDigits);
      if (state === NUMBER_VALUE) {
        lowSum += valueLow >>> 0;
        highSum += valueHigh;
      } else if (state === NUMBER_INVALID) this.undecodableCount++;
    }
    this.total += BigInt(highSum) * 4294967296n + BigInt(lowSum);
  }

  private addWide(bytes: Uint8Array, starts: Int32Array, records: Int32Array, recordCount: number): void {
    const { startByte, endByte } = this.field;
    for (let index = 0; index < recordCount; index++) {
      const start = starts[records[index]!]!;
      const state = readWide(
        bytes,
        start + startByte,
        start + endByte,
        this.sign,
        this.explicitScale,
        Math.min(this.maxDigits, DECIMAL_DIGITS),
        this.wide,
        0,
      );
      if (state === NUMBER_VALUE) {
        const view = new DataView(this.wide.buffer);
        this.total += (view.getBigInt64(0) << 64n) + view.getBigUint64(8);
      } else if (state === NUMBER_INVALID) this.undecodableCount++;
    }
  }
}
