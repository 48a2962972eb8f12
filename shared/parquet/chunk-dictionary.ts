import type { FieldVector, VectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import {
  DICTIONARY_CAPACITY,
  DICTIONARY_COUNT,
  DICTIONARY_DATA,
  DICTIONARY_DATA_CAPACITY,
  DICTIONARY_DATA_LENGTH,
  DICTIONARY_ENTRIES,
  DICTIONARY_LONGEST,
  DICTIONARY_MASK,
  DICTIONARY_NEAR,
  DICTIONARY_NEAR_COUNT,
  DICTIONARY_NEAR_FIRST,
  DICTIONARY_TABLE,
  DICTIONARY_USED,
  PAGE_GREATEST,
  PAGE_LEAST,
  PAGE_PLAIN_BYTES,
  WRITE_MARGIN_BYTES,
} from '../kernel/shapes.ts';
import { NO_VALUES, type OpenPage, type ValueRange } from './open-page.ts';

const FIRST_ENTRIES = 64;
/** A dictionary that outgrew its first entries grows to so many at once: until then nothing is decided by how it grows. */
const SECOND_ENTRIES = 512;
const DATA_GROWTH = 4;
/** Indexes of more entries take 2 bytes and gain too little. */
const MOST_ENTRIES = 32_768;
/**
 * From `entryCount` entries on, the dictionary grows only if at most this share of the values since it last grew is new. A set
 * of 20,000 equally likely dates passes. Texts and larger numbers compress well as they are: only a set of 6,000 passes.
 */
type Shares = [entryCount: number, share: number][];
const NEW_DATE_SHARES: Shares = [
  [1024, 0.965],
  [2048, 0.93],
  [4096, 0.87],
  [8192, 0.72],
  [16_384, 0.45],
];
const NEW_SHARES: Shares = [
  [1024, 0.85],
  [2048, 0.68],
  [4096, 0.45],
  [8192, 0.2],
  [16_384, 0],
];

function mostNewShare(kind: DictionaryKind, entryCount: number): number {
  const shares = kind === 'int32' ? NEW_DATE_SHARES : NEW_SHARES;
  return shares.findLast(([from]) => entryCount >= from)?.[1] ?? 1;
}

/** The most bytes of texts in a dictionary, which readers hold in memory. */
const MOST_DATA_BYTES = 1024 * 1024;
/** By kind: bytes of an entry (the value itself, or offset and length of a text), and the kernel's functions for it. */
const KINDS = {
  int32: { entryBytes: 4, append: 'appendIndexesOfInt32s', rehash: 'rehashInt32s' },
  int64: { entryBytes: 8, append: 'appendIndexesOfInt64s', rehash: 'rehashInt64s' },
  int128: { entryBytes: 16, append: 'appendIndexesOfInt128s', rehash: 'rehashInt128s' },
  bytes: { entryBytes: 8, append: 'appendIndexesOfBytes', rehash: 'rehashBytes' },
} as const;
type DictionaryKind = keyof typeof KINDS;

/** Dates of 180 years. Values further away are found by their hash. */
const MOST_NEAR_VALUES = 65_536;
/** One far date must not make the table of a few near ones large: its memory counts as buffered rows do. */
const NEAR_PER_ENTRY = 16;
const SAMPLE_ENTRIES = 15;

/** Kinds whose repeated values are worth a dictionary. */
export function canHaveDictionary(kind: VectorKind): kind is DictionaryKind {
  return kind in KINDS;
}

/** The distinct values of a column chunk. Addresses of its tables are words of the open page, where the kernel reads them. */
export class ChunkDictionary {
  private readonly kernel: Kernel;
  private readonly kind: DictionaryKind;
  private readonly page: OpenPage;
  private capacity = 0;
  private dataCapacity = 0;
  private grownAt = { entryCount: 0, valueCount: 0 };

  /** With `isLarge` there is room at once for what others of the column needed. Nothing is decided by that. */
  constructor(kernel: Kernel, kind: DictionaryKind, page: OpenPage, isLarge: boolean) {
    this.kernel = kernel;
    this.kind = kind;
    this.page = page;
    page.setWord(DICTIONARY_COUNT, 0);
    page.setWord(DICTIONARY_DATA_LENGTH, 0);
    page.setWord(DICTIONARY_LONGEST, 0);
    // Dates are found faster once the first few of them show their range.
    const entries = isLarge && kind !== 'int32' ? SECOND_ENTRIES : FIRST_ENTRIES;
    if (kind === 'bytes') this.growData(16 * entries);
    this.growEntries(entries);
  }

  /** Did it need more entries than it is usually given? */
  get isLarge(): boolean {
    return this.capacity > FIRST_ENTRIES;
  }

  get entryCount(): number {
    return this.page.word(DICTIONARY_COUNT);
  }

  /** Bits of the largest index. */
  get bitWidth(): number {
    return this.entryCount <= 1 ? 0 : 32 - Math.clz32(this.entryCount - 1);
  }

  /** Bytes of the dictionary page's body. */
  get plainBytes(): number {
    return this.kind === 'bytes'
      ? this.page.word(DICTIONARY_DATA_LENGTH)
      : this.entryCount * KINDS[this.kind].entryBytes;
  }

  /** Bytes of the open page's values in PLAIN form. */
  get pagePlainBytes(): number {
    return this.page.word(PAGE_PLAIN_BYTES);
  }

  /** Appends indexes of the values. Returns the first member for which there was no room, or `count`. */
  append(vector: FieldVector, members: number, from: number, count: number): number {
    this.page.reserveIndexes(count - from);
    const { call } = this.kernel;
    const states = vector.hasNulls ? vector.states : 0;
    return call[KINDS[this.kind].append](this.page.address, states, vector.values, members, from, count);
  }

  /**
   * Makes room for more entries, and returns whether it did. `valueCount` is that of all values so far: the more entries
   * there are, the fewer values may still be new. Values from a limited set pass; identifiers and amounts soon fail.
   */
  grow(valueCount: number): boolean {
    const { entryCount } = this;
    if (entryCount < this.capacity) {
      // Only the texts have no room.
      if (this.dataCapacity >= MOST_DATA_BYTES) return false;
      this.growData(Math.min(this.dataCapacity * DATA_GROWTH, MOST_DATA_BYTES));
      return true;
    }
    // The share of new values since it last grew.
    const newShare = (entryCount - this.grownAt.entryCount) / (valueCount - this.grownAt.valueCount);
    if (entryCount >= MOST_ENTRIES || newShare > mostNewShare(this.kind, entryCount)) return false;
    this.grownAt = { entryCount, valueCount };
    this.growEntries(Math.max(this.capacity * 2, SECOND_ENTRIES));
    return true;
  }

  /** Least and greatest of the values the open page uses. */
  usedRange(): ValueRange {
    if (this.page.count === 0) return NO_VALUES;
    if (this.kind === 'int32' || this.kind === 'int64') return this.page.plainRange();
    this.kernel.call.findUsedRange(this.page.address, this.kind === 'int128' ? 1 : 0);
    return {
      min: this.entryBytes(this.page.word(PAGE_LEAST)),
      max: this.entryBytes(this.page.word(PAGE_GREATEST)),
    };
  }

  private entryBytes(entry: number): Uint8Array {
    const { bytes, view } = this.kernel;
    const at = this.page.word(DICTIONARY_ENTRIES) + entry * KINDS[this.kind].entryBytes;
    if (this.kind !== 'bytes') return bytes.slice(at, at + KINDS[this.kind].entryBytes);
    const text = this.page.word(DICTIONARY_DATA) + view.getUint32(at, true);
    return bytes.slice(text, text + view.getUint32(at + 4, true));
  }

  /** Address of the dictionary page's body. */
  get bodyAddress(): number {
    return this.page.word(this.kind === 'bytes' ? DICTIONARY_DATA : DICTIONARY_ENTRIES);
  }

  /** Turns the open page's indexes into PLAIN values. */
  turnPlain(): void {
    const { page, kernel } = this;
    const count = page.length / 2;
    const indexes = page.takeIndexes();
    page.clearValues();
    const vector = { states: 0, values: page.word(DICTIONARY_ENTRIES), hasNulls: false };
    const base = this.kind === 'bytes' ? page.word(DICTIONARY_DATA) : 0;
    page.appendPlain(vector, indexes.address, count, this.pagePlainBytes, base);
    kernel.release(indexes.address, indexes.capacityBytes);
  }

  release(): void {
    const { kernel, page } = this;
    kernel.release(page.word(DICTIONARY_TABLE), this.capacity * 4);
    kernel.release(page.word(DICTIONARY_ENTRIES), this.entriesBytes(this.capacity));
    kernel.release(page.word(DICTIONARY_USED), this.capacity);
    this.releaseNear();
    if (this.dataCapacity > 0)
      kernel.release(page.word(DICTIONARY_DATA), this.dataCapacity + WRITE_MARGIN_BYTES);
  }

  private entriesBytes(capacity: number): number {
    return capacity * KINDS[this.kind].entryBytes + WRITE_MARGIN_BYTES;
  }

  private growData(capacityBytes: number): void {
    const { kernel, page } = this;
    const data = this.dataCapacity === 0 ? 0 : page.word(DICTIONARY_DATA);
    const larger = kernel.reallocate(
      data,
      this.dataCapacity + WRITE_MARGIN_BYTES,
      page.word(DICTIONARY_DATA_LENGTH),
      capacityBytes + WRITE_MARGIN_BYTES,
    );
    page.setWord(DICTIONARY_DATA, larger);
    page.setWord(DICTIONARY_DATA_CAPACITY, capacityBytes);
    this.dataCapacity = capacityBytes;
  }

  /** The hash table has twice as many slots as there may be entries. */
  private growEntries(capacity: number): void {
    const { kernel, page } = this;
    const known = this.capacity;
    const entries = known === 0 ? 0 : page.word(DICTIONARY_ENTRIES);
    const used = known === 0 ? 0 : page.word(DICTIONARY_USED);
    const keptBytes = known * KINDS[this.kind].entryBytes;
    page.setWord(
      DICTIONARY_ENTRIES,
      kernel.reallocate(entries, this.entriesBytes(known), keptBytes, this.entriesBytes(capacity)),
    );
    const largerUsed = kernel.reallocate(used, known, known, capacity);
    kernel.bytes.fill(0, largerUsed + known, largerUsed + capacity);
    page.setWord(DICTIONARY_USED, largerUsed);
    if (known > 0) kernel.release(page.word(DICTIONARY_TABLE), known * 4);
    const table = kernel.allocate(capacity * 4);
    kernel.bytes.fill(0, table, table + capacity * 4);
    page.setWord(DICTIONARY_TABLE, table);
    page.setWord(DICTIONARY_MASK, capacity * 2 - 1);
    page.setWord(DICTIONARY_CAPACITY, capacity);
    this.capacity = capacity;
    if (this.kind === 'int32') this.placeNear(known, Math.min(capacity * NEAR_PER_ENTRY, MOST_NEAR_VALUES));
    kernel.call[KINDS[this.kind].rehash](page.address);
  }

  /** Places the range of values that are found without a hash, at most `most` of them, around the known ones. */
  private placeNear(entryCount: number, most: number): void {
    if (entryCount === 0) return;
    const { kernel, page } = this;
    const entries = new Int32Array(kernel.bytes.buffer, page.word(DICTIONARY_ENTRIES), entryCount);
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    // An iterator would take several times as long.
    for (let index = 0; index < entryCount; index++) {
      const entry = entries[index]!;
      if (entry < least) least = entry;
      if (entry > greatest) greatest = entry;
    }
    // Half as much again on both sides. If some values are far away, such as a date that means never, around a middle one.
    const span = greatest - least + 1;
    const count = Math.min(span * 2, most);
    const middle = span <= count ? Math.floor((least + greatest) / 2) : middleOf(entries);
    this.releaseNear();
    const near = kernel.allocate(count * 2);
    kernel.bytes.fill(0, near, near + count * 2);
    page.setWord(DICTIONARY_NEAR, near);
    page.setWord(DICTIONARY_NEAR_FIRST, (middle - (count >> 1)) >>> 0);
    page.setWord(DICTIONARY_NEAR_COUNT, count);
  }

  private releaseNear(): void {
    const { kernel, page } = this;
    const count = page.word(DICTIONARY_NEAR_COUNT);
    if (count > 0) kernel.release(page.word(DICTIONARY_NEAR), count * 2);
    page.setWord(DICTIONARY_NEAR_COUNT, 0);
  }
}

/** The median of a sample. */
function middleOf(entries: Int32Array): number {
  const step = entries.length / SAMPLE_ENTRIES;
  const sample = Int32Array.from(
    { length: SAMPLE_ENTRIES },
    (_, index) => entries[Math.floor(index * step)]!,
  );
  return sample.sort()[SAMPLE_ENTRIES >> 1]!;
}
