import type { VectorKind } from '../decode/field-vector.ts';
import type { Statistics } from './format.ts';
import type { ValueRange } from './open-page.ts';

/** Least and greatest value of a column chunk, from those of its pages. */
export class ChunkRange {
  private readonly compare: (a: Uint8Array, b: Uint8Array) => number;
  private min: Uint8Array | undefined;
  private max: Uint8Array | undefined;

  constructor(kind: VectorKind) {
    this.compare = COMPARISONS[kind];
  }

  add({ min, max }: ValueRange): void {
    if (!min || !max) return;
    if (!this.min || this.compare(min, this.min) < 0) this.min = min;
    if (!this.max || this.compare(max, this.max) > 0) this.max = max;
  }

  statistics(nullCount: number): Statistics {
    if (!this.min) return { nullCount };
    return {
      nullCount,
      minValue: this.min,
      maxValue: this.max,
      isMinValueExact: true,
      isMaxValueExact: true,
    };
  }

  clear(): void {
    this.min = undefined;
    this.max = undefined;
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const order = <T extends number | bigint>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);

/** Compares two values as statistics hold them. */
const COMPARISONS: Record<VectorKind, (a: Uint8Array, b: Uint8Array) => number> = {
  int32: (a, b) => viewOf(a).getInt32(0, true) - viewOf(b).getInt32(0, true),
  int64: (a, b) => order(viewOf(a).getBigInt64(0, true), viewOf(b).getBigInt64(0, true)),
  double: (a, b) => order(viewOf(a).getFloat64(0, true), viewOf(b).getFloat64(0, true)),
  boolean: (a, b) => viewOf(a).getUint8(0) - viewOf(b).getUint8(0),
  int128: (a, b) =>
    order(viewOf(a).getBigInt64(0), viewOf(b).getBigInt64(0)) ||
    order(viewOf(a).getBigUint64(8), viewOf(b).getBigUint64(8)),
  bytes: (a, b) => Buffer.compare(a, b),
};
