import { ENTRY_BYTES, type FieldVector, type VectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { BloomFilterHeader } from './format.ts';
import { encodeThrift } from './thrift.ts';

const HASH_BYTES = 8;
const FIRST_HASHES = 4096;
const BLOCK_BYTES = 32;
/** With 8 to 16 bits a value, a filter lets 3 of 100 to 1 of 1,000 wrong values pass. */
const LEAST_BITS_A_VALUE = 8;

/** A filter in the kernel's memory, and the header that stands before it. */
export interface FinishedFilter {
  header: Uint8Array;
  /** The memory may move until they are written. */
  bits(): Uint8Array;
}

/** What stands before a filter of so many bytes. */
export function filterHeader(numBytes: number): Uint8Array {
  return encodeThrift(BloomFilterHeader, {
    numBytes,
    algorithm: { block: {} },
    hash: { xxhash: {} },
    compression: { uncompressed: {} },
  });
}

/**
 * The Bloom filter of one column chunk: readers that look for one value skip the row groups whose filter says that they do not have it.
 * Hashes are kept until the chunk is finished, because the size of the filter follows from their number.
 */
export class BloomFilterBuilder {
  private readonly kernel: Kernel;
  private readonly kind: VectorKind;
  private hashes = 0;
  private capacity = 0;
  private count = 0;
  private filter = { address: 0, byteCount: 0 };
  /** Values were appended that nobody hashed: a filter would deny them. */
  private isIncomplete = false;

  constructor(kernel: Kernel, kind: VectorKind) {
    this.kernel = kernel;
    this.kind = kind;
  }

  /** Adds the vector's values at `count` indexes of 2 bytes each. */
  add(vector: FieldVector, members: number, count: number): void {
    this.reserve(this.count + count);
    const { states, values, hasNulls } = vector;
    const width = this.kind === 'bytes' ? 0 : ENTRY_BYTES[this.kind];
    const out = this.hashes + this.count * HASH_BYTES;
    this.count += this.kernel.call.hashValues(hasNulls ? states : 0, values, width, members, count, out);
  }

  /** Says that values came which were not added. */
  giveUp(): void {
    this.isIncomplete = true;
  }

  /** The filter, valid until `clear`; undefined if the chunk has no values, or some that are unknown. */
  finish(): FinishedFilter | undefined {
    if (this.isIncomplete || this.count === 0) return undefined;
    const { kernel } = this;
    // Some readers take powers of two only (Arrow).
    const byteCount = Math.max(BLOCK_BYTES, 2 ** Math.ceil(Math.log2((this.count * LEAST_BITS_A_VALUE) / 8)));
    const address = kernel.allocate(byteCount);
    this.filter = { address, byteCount };
    kernel.bytes.fill(0, address, address + byteCount);
    kernel.call.fillBloomFilter(this.hashes, this.count, address, byteCount / BLOCK_BYTES);
    return {
      header: filterHeader(byteCount),
      bits: () => kernel.bytes.subarray(address, address + byteCount),
    };
  }

  /** Forgets the values, and gives their memory back. */
  clear(): void {
    const { kernel } = this;
    if (this.capacity > 0) kernel.release(this.hashes, this.capacity * HASH_BYTES);
    if (this.filter.byteCount > 0) kernel.release(this.filter.address, this.filter.byteCount);
    this.hashes = 0;
    this.capacity = 0;
    this.count = 0;
    this.filter = { address: 0, byteCount: 0 };
    this.isIncomplete = false;
  }

  private reserve(count: number): void {
    if (count <= this.capacity) return;
    const capacity = Math.max(FIRST_HASHES, count, this.capacity * 2);
    this.hashes = this.kernel.reallocate(
      this.hashes,
      this.capacity * HASH_BYTES,
      this.count * HASH_BYTES,
      capacity * HASH_BYTES,
    );
    this.capacity = capacity;
  }
}
