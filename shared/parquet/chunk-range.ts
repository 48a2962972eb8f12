import type { VectorKind } from '../decode/field-vector.ts';
import type { ThriftStruct } from './format.ts';
import type { ValueRange } from './open-page.ts';

/** Least and greatest value of a column chunk, from those of its pages. */
export class ChunkRange {
  private readonly compare: (a: Uint8Array, b: Uint8Array) => number;
  private least: Uint8Array | undefined;
  private greatest: Uint8Array | undefined;

  constructor(kind: VectorKind) {
    this.compare = COMPARISONS[kind];
  }

  add({ least, greatest }: ValueRange): void {
    if (!least || !greatest) return;
    if (!this.least || this.compare(least, this.least) < 0) this.least = least;
    if (!this.greatest || this.compare(greatest, this.greatest) > 0) this.greatest = greatest;
  }

  /** The Statistics structure. */
  statistics(nullCount: number): ThriftStruct {
    if (!this.least) return { field_3: BigInt(nullCount) };
    return {
      field_3: BigInt(nullCount),
      field_5: this.greatest,
      field_6: this.least,
      field_7: true,
      field_8: true,
    };
  }

  clear(): void {
    this.least = undefined;
    this.greatest = undefined;
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const order = <T extends number | bigint>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);

/** Order of two values as statistics hold them. */
const COMPARISONS: Record<VectorKind, (a: Uint8Array, b: Uint8Array) => number> = {
  int32: (a, b) => viewOf(a).getInt32(0, true) - viewOf(b).getInt32(0, true),
  int64: (a, b) => order(viewOf(a).getBigInt64(0, true), viewOf(b).getBigInt64(0, true)),
  double: (a, b) => order(viewOf(a).getFloat64(0, true), viewOf(b).getFloat64(0, true)),
  boolean: (a, b) => a[0]! - b[0]!,
  int128: (a, b) =>
    order(viewOf(a).getBigInt64(0), viewOf(b).getBigInt64(0)) ||
    order(viewOf(a).getBigUint64(8), viewOf(b).getBigUint64(8)),
  bytes: (a, b) => Buffer.compare(a, b),
};
