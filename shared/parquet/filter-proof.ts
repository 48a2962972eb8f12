import { ENTRY_BYTES, type VectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { filterHeader } from './bloom-filter.ts';
import { MOST_PAGE_ROWS } from './page-header.ts';
import { PageMemory } from './page-memory.ts';
import type { DenseValues } from './proved-values.ts';

const BLOCK_BYTES = 32;

/** Makes the Bloom filter of a chunk again from its values, to compare it with the one that is stored. */
export class FilterProof {
  private readonly kernel: Kernel;
  private readonly width: number;
  private readonly filter: PageMemory;
  private readonly members: PageMemory;

  /** `storedBytes` are those of the filter with its header, which is shorter than the least filter; a filter has a power of two. */
  constructor(kernel: Kernel, kind: VectorKind, storedBytes: number) {
    this.kernel = kernel;
    this.width = kind === 'bytes' ? 0 : ENTRY_BYTES[kind];
    this.filter = new PageMemory(kernel, 2 ** Math.floor(Math.log2(Math.max(storedBytes, BLOCK_BYTES))));
    kernel.bytes.fill(0, this.filter.address, this.filter.end);
    this.members = new PageMemory(kernel, MOST_PAGE_ROWS * 2);
    const indexes = Uint16Array.from({ length: MOST_PAGE_ROWS }, (_, index) => index);
    kernel.bytes.set(new Uint8Array(indexes.buffer), this.members.address);
  }

  add({ address, count }: DenseValues): void {
    const { filter, members } = this;
    const { call } = this.kernel;
    const hashes = new PageMemory(this.kernel, count * 8);
    call.hashValues(0, address, this.width, members.address, count, hashes.address);
    call.fillBloomFilter(hashes.address, count, filter.address, filter.length / BLOCK_BYTES);
    hashes.release();
  }

  /** Is the filter that is stored at [at, end), with its header, that of the values? */
  isStored(at: number, end: number): boolean {
    const { filter } = this;
    const { bytes } = this.kernel;
    const values = bytes.subarray(filter.address, filter.end);
    const whole = Buffer.concat([filterHeader(filter.length), values]);
    return whole.equals(bytes.subarray(at, end));
  }

  release(): void {
    this.filter.release();
    this.members.release();
  }
}
