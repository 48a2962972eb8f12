import type { FieldVector, VectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import {
  PAGE_COUNT,
  PAGE_GREATEST,
  PAGE_INDEXES,
  PAGE_LEAST,
  PAGE_LENGTH,
  PAGE_LEVELS,
  PAGE_PLAIN_BYTES,
  PAGE_REPEATS,
  PAGE_ROWS,
  PAGE_STATE_BYTES,
  PAGE_VALUES,
  STATE_VALUE,
  WRITE_MARGIN_BYTES,
} from '../kernel/shapes.ts';

/** Before the values there is room for the levels of a page without nulls: a length of 4 bytes and one run. */
const LEVELS_ROOM_BYTES = 16;

const APPEND_PLAIN = {
  int32: 'appendInt32s',
  int64: 'appendInt64s',
  int128: 'appendInt128s',
  double: 'appendDoubles',
  boolean: 'appendBooleans',
} as const;

/** Least and greatest value as statistics hold them: PLAIN, without the length of a text. Both undefined if all is null. */
export interface ValueRange {
  min: Uint8Array | undefined;
  max: Uint8Array | undefined;
}

export const NO_VALUES: ValueRange = { min: undefined, max: undefined };

/** The page of one column that is being filled; its state is words in the kernel's memory (see kernel/shapes.ts). */
export class OpenPage {
  /** Address of its state words. */
  readonly address: number;
  private readonly kernel: Kernel;
  private readonly kind: VectorKind;
  private valuesBytes = 0;
  /** Bytes reserved for the values before the buffers were last given back. */
  private usualBytes = 0;
  private levelsBytes = 0;
  private repeatsBytes = 0;
  private indexesBytes = 0;

  constructor(kernel: Kernel, kind: VectorKind) {
    this.kernel = kernel;
    this.kind = kind;
    this.address = kernel.allocate(PAGE_STATE_BYTES);
    kernel.bytes.fill(0, this.address, this.address + PAGE_STATE_BYTES);
    this.clear();
  }

  get rows(): number {
    return this.word(PAGE_ROWS);
  }

  /** Rows that are not null. */
  get count(): number {
    return this.word(PAGE_COUNT);
  }

  /** Bytes of the values, or of the indexes into a dictionary. */
  get length(): number {
    return this.word(PAGE_LENGTH);
  }

  /** Address of the first value. */
  get values(): number {
    return this.word(PAGE_VALUES);
  }

  /** Address of the indexes into a dictionary, 2 bytes each. */
  get indexes(): number {
    return this.word(PAGE_INDEXES);
  }

  /** Address of one byte a row, or 0 if no row is null. */
  get levels(): number {
    return this.word(PAGE_LEVELS);
  }

  /** Address of one byte an entry of a list: 1 unless the entry is the first of its record. */
  get repeats(): number {
    return this.word(PAGE_REPEATS);
  }

  word(at: number): number {
    return this.kernel.view.getUint32(this.address + at, true);
  }

  setWord(at: number, value: number): void {
    this.kernel.view.setUint32(this.address + at, value, true);
  }

  /** Empties the page. Its buffers stay. */
  clear(): void {
    for (const word of [PAGE_LENGTH, PAGE_ROWS, PAGE_COUNT, PAGE_PLAIN_BYTES]) this.setWord(word, 0);
    // The next page may have no nulls, and then needs no levels.
    if (this.levels !== 0) this.kernel.release(this.levels, this.levelsBytes);
    this.setWord(PAGE_LEVELS, 0);
    this.levelsBytes = 0;
    if (this.repeats !== 0) this.kernel.release(this.repeats, this.repeatsBytes);
    this.setWord(PAGE_REPEATS, 0);
    this.repeatsBytes = 0;
    this.clearRange();
  }

  /** Forgets the values; their rows stay. */
  clearValues(): void {
    this.setWord(PAGE_LENGTH, 0);
    this.clearRange();
  }

  /** Sets the least value to the greatest possible one, and the greatest to the least. */
  private clearRange(): void {
    const { view } = this.kernel;
    const [least, greatest] = [this.address + PAGE_LEAST, this.address + PAGE_GREATEST];
    if (this.kind === 'double') {
      view.setFloat64(least, Number.POSITIVE_INFINITY, true);
      view.setFloat64(greatest, Number.NEGATIVE_INFINITY, true);
    } else {
      const narrow = this.kind === 'int32';
      view.setBigInt64(least, narrow ? 0x7fffffffn : 0x7fffffffffffffffn, true);
      view.setBigInt64(greatest, narrow ? -0x80000000n : -0x8000000000000000n, true);
    }
  }

  /** Appends rows of the vector, nulls among them, without their values. */
  appendRows(vector: FieldVector, members: number, count: number): void {
    if (vector.hasNulls || this.levels !== 0) this.reserveLevels(count);
    this.kernel.call.appendRows(this.address, vector.hasNulls ? vector.states : 0, members, count);
  }

  /** Appends entries of a list, without their values; `repeats` is a byte an entry of the vector. */
  appendEntries(vector: FieldVector, repeats: number, members: number, count: number): void {
    this.reserveLevels(count);
    const needed = this.rows + count + WRITE_MARGIN_BYTES;
    if (needed > this.repeatsBytes) {
      const larger = Math.max(needed, this.repeatsBytes * 2, 1024);
      const buffer = this.kernel.reallocate(this.repeats, this.repeatsBytes, this.rows, larger);
      this.setWord(PAGE_REPEATS, buffer);
      this.repeatsBytes = larger;
    }
    this.kernel.call.appendEntries(this.address, vector.states, repeats, members, count);
  }

  /** Appends values of the vector, at most `plainBytes` in PLAIN form. `base` is added to the addresses of texts. */
  appendPlain(vector: PlainVector, members: number, count: number, plainBytes: number, base = 0): void {
    this.reserveValues(plainBytes);
    const { call } = this.kernel;
    const states = vector.hasNulls ? vector.states : 0;
    if (this.kind === 'bytes') {
      call.appendBytes(this.address, states, vector.values, base, members, count);
    } else call[APPEND_PLAIN[this.kind]](this.address, states, vector.values, members, count);
  }

  /** Makes room for so many more indexes into a dictionary, 2 bytes each. */
  reserveIndexes(count: number): void {
    const needed = this.length + count * 2 + WRITE_MARGIN_BYTES;
    if (needed <= this.indexesBytes) return;
    const larger = Math.max(needed, this.indexesBytes * 2, 1024);
    const indexes = this.word(PAGE_INDEXES);
    this.setWord(PAGE_INDEXES, this.kernel.reallocate(indexes, this.indexesBytes, this.length, larger));
    this.indexesBytes = larger;
  }

  /** Takes the indexes out of the page; the caller releases their buffer. */
  takeIndexes(): { address: number; capacityBytes: number } {
    const taken = { address: this.word(PAGE_INDEXES), capacityBytes: this.indexesBytes };
    this.setWord(PAGE_INDEXES, 0);
    this.indexesBytes = 0;
    return taken;
  }

  private reserveValues(byteCount: number): void {
    const needed = LEVELS_ROOM_BYTES + this.length + byteCount + WRITE_MARGIN_BYTES;
    if (needed <= this.valuesBytes) return;
    // Never half a byte: a field that becomes a fraction makes V8 throw away what it compiled of all that reads pages.
    const larger = Math.max(needed, (this.valuesBytes * 3) >> 1, this.usualBytes, 1024);
    const values = this.values;
    const buffer = this.kernel.reallocate(
      values === 0 ? 0 : values - LEVELS_ROOM_BYTES,
      this.valuesBytes,
      LEVELS_ROOM_BYTES + this.length,
      larger,
    );
    this.valuesBytes = larger;
    this.setWord(PAGE_VALUES, buffer + LEVELS_ROOM_BYTES);
  }

  private reserveLevels(count: number): void {
    const needed = this.rows + count + WRITE_MARGIN_BYTES;
    if (needed <= this.levelsBytes) return;
    const larger = Math.max(needed, this.levelsBytes * 2, 1024);
    const levels = this.levels;
    const buffer = this.kernel.reallocate(levels, this.levelsBytes, this.rows, larger);
    // The rows so far had no nulls.
    if (levels === 0) this.kernel.bytes.fill(STATE_VALUE, buffer, buffer + this.rows);
    this.setWord(PAGE_LEVELS, buffer);
    this.levelsBytes = larger;
  }

  /** Least and greatest of the values appended in PLAIN form. */
  plainRange(): ValueRange {
    if (this.count === 0) return NO_VALUES;
    return { min: this.extreme(PAGE_LEAST, -0), max: this.extreme(PAGE_GREATEST, 0) };
  }

  private extreme(word: number, zero: number): Uint8Array {
    const { bytes, view } = this.kernel;
    const at = this.address + word;
    switch (this.kind) {
      case 'int32':
        return bytes.slice(at, at + 4);
      case 'int64':
        return bytes.slice(at, at + 8);
      case 'double': {
        // Readers take −0 and +0 as equal, so a bound of zero must cover both (parquet-format, Statistics).
        if (view.getFloat64(at, true) !== 0) return bytes.slice(at, at + 8);
        return new Uint8Array(Float64Array.of(zero).buffer);
      }
      case 'boolean':
        return bytes.slice(at, at + 1);
      case 'int128': {
        const value = this.values + view.getUint32(at, true);
        return bytes.slice(value, value + 16);
      }
      case 'bytes': {
        const value = this.values + view.getUint32(at, true);
        return bytes.slice(value + 4, value + 4 + view.getUint32(value, true));
      }
    }
  }

  /** Empties the page and gives its buffers back. */
  releaseBuffers(): void {
    this.clear();
    const { kernel } = this;
    if (this.valuesBytes > 0) kernel.release(this.values - LEVELS_ROOM_BYTES, this.valuesBytes);
    this.setWord(PAGE_VALUES, 0);
    this.usualBytes = this.valuesBytes;
    this.valuesBytes = 0;
    const { address, capacityBytes } = this.takeIndexes();
    if (capacityBytes > 0) kernel.release(address, capacityBytes);
  }
}

/** The part of a vector that `appendPlain` reads. */
type PlainVector = Pick<FieldVector, 'states' | 'values' | 'hasNulls'>;
