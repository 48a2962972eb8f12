/**
 * Columns of one partition, filled by the kernel and emptied by the Parquet encoder.
 *
 * Values are dense: a null row has `present[row] = 0` and no value. Arrays grow by doubling and are kept when
 * a row group is written, so that a long range settles into memory it already has.
 */
export type ColumnBuffer =
  | Int64Column
  | Int32Column
  | DoubleColumn
  | BooleanColumn
  | Decimal128Column
  | BytesColumn;

/** Where a column stood, to go back to. */
export interface ColumnMark {
  rowCount: number;
  valueCount: number;
  dataLength: number;
}

const FIRST_ROWS = 1024;

abstract class ColumnBase {
  rowCount = 0;
  valueCount = 0;
  /** 1 where the row has a value, 0 where it is null. */
  present = new Uint8Array(FIRST_ROWS);

  /** Makes room for `rowCount` more rows. */
  reserveRows(rowCount: number): void {
    const needed = this.rowCount + rowCount;
    if (needed <= this.present.length) return;
    const capacity = grown(this.present.length, needed);
    this.present = enlarged(this.present, capacity);
    this.growValues(capacity);
  }

  protected abstract growValues(capacityRows: number): void;

  /** Bytes of what is in it, as PLAIN encoding would hold it. */
  abstract sizeBytes(): number;

  mark(): ColumnMark {
    return { rowCount: this.rowCount, valueCount: this.valueCount, dataLength: 0 };
  }

  rollback(mark: ColumnMark): void {
    this.rowCount = mark.rowCount;
    this.valueCount = mark.valueCount;
  }

  clear(): void {
    this.rowCount = 0;
    this.valueCount = 0;
  }
}

/** Integers, decimals of up to 18 digits, timestamps: two's complement, low word first. */
export class Int64Column extends ColumnBase {
  readonly kind = 'int64';
  words = new Int32Array(FIRST_ROWS * 2);

  protected growValues(capacityRows: number): void {
    this.words = enlarged(this.words, capacityRows * 2);
  }

  sizeBytes(): number {
    return this.valueCount * 8 + this.rowCount;
  }
}

/** Dates: days since 1970-01-01. */
export class Int32Column extends ColumnBase {
  readonly kind = 'int32';
  values = new Int32Array(FIRST_ROWS);

  protected growValues(capacityRows: number): void {
    this.values = enlarged(this.values, capacityRows);
  }

  sizeBytes(): number {
    return this.valueCount * 4 + this.rowCount;
  }
}

export class DoubleColumn extends ColumnBase {
  readonly kind = 'double';
  values = new Float64Array(FIRST_ROWS);

  protected growValues(capacityRows: number): void {
    this.values = enlarged(this.values, capacityRows);
  }

  sizeBytes(): number {
    return this.valueCount * 8 + this.rowCount;
  }
}

export class BooleanColumn extends ColumnBase {
  readonly kind = 'boolean';
  /** 0 or 1. */
  values = new Uint8Array(FIRST_ROWS);

  protected growValues(capacityRows: number): void {
    this.values = enlarged(this.values, capacityRows);
  }

  sizeBytes(): number {
    return this.valueCount + this.rowCount;
  }
}

/** Decimals of more than 18 digits: 16 bytes each, two's complement, high byte first, as Parquet stores them. */
export class Decimal128Column extends ColumnBase {
  readonly kind = 'decimal128';
  bytes = new Uint8Array(FIRST_ROWS * 16);

  protected growValues(capacityRows: number): void {
    this.bytes = enlarged(this.bytes, capacityRows * 16);
  }

  sizeBytes(): number {
    return this.valueCount * 16 + this.rowCount;
  }
}

/** Texts as UTF-8, or raw bytes: value i is `data[ends[i - 1] .. ends[i]]`. */
export class BytesColumn extends ColumnBase {
  readonly kind = 'bytes';
  data = new Uint8Array(FIRST_ROWS * 16);
  dataLength = 0;
  ends = new Int32Array(FIRST_ROWS);

  protected growValues(capacityRows: number): void {
    this.ends = enlarged(this.ends, capacityRows);
  }

  /** Makes room for `byteCount` more bytes of values. */
  reserveData(byteCount: number): void {
    const needed = this.dataLength + byteCount;
    if (needed > this.data.length) this.data = enlarged(this.data, grown(this.data.length, needed));
  }

  sizeBytes(): number {
    return this.dataLength + this.valueCount * 4 + this.rowCount;
  }

  override mark(): ColumnMark {
    return { ...super.mark(), dataLength: this.dataLength };
  }

  override rollback(mark: ColumnMark): void {
    super.rollback(mark);
    this.dataLength = mark.dataLength;
  }

  override clear(): void {
    super.clear();
    this.dataLength = 0;
  }
}

function grown(capacity: number, needed: number): number {
  let next = capacity;
  while (next < needed) next *= 2;
  return next;
}

function enlarged<T extends Uint8Array | Int32Array | Float64Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}
