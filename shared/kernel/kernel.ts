import { KernelMemoryExceeded } from '../errors.ts';
import { KERNEL_FUNCTION_NAMES, type KernelFunctions } from './generated/kernel-functions.ts';
import { KERNEL_WASM } from './generated/kernel-wasm.ts';

/** The kernel may hold 1 GiB: far more than its callers keep, far less than a parser's machine has. */
const MAX_PAGES = 16_384;
const FIRST_PAGES = 256;
const GROWTH_PAGES = 256;
const PAGE_BYTES = 65_536;
const LEAST_CLASS_BYTES = 64;

let compiled: WebAssembly.Module | undefined;

/**
 * An instance of the compiled kernel with a memory of its own, and the allocator of that memory. Addresses are byte offsets into
 * `bytes`. Callers release what they allocate. `bytes` and `view` are replaced when the memory grows: read them again after every
 * `allocate`.
 */
export class Kernel {
  readonly call: KernelFunctions;
  bytes: Uint8Array;
  view: DataView;
  /** Bytes allocated and not released, rounded up to their size classes. */
  usedBytes = 0;

  private readonly memory: WebAssembly.Memory;
  private readonly heapStart: number;
  private top: number;
  /** Released addresses by size class. */
  private readonly free = new Map<number, number[]>();

  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_WASM, 'base64'));
    this.memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MAX_PAGES });
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.memory } });
    if (!areKernelFunctions(instance.exports))
      throw new Error('the compiled kernel is not that of its signatures: run npm run kernel');
    this.call = instance.exports;
    this.heapStart = Math.ceil(this.call.heapStart() / 64) * 64;
    this.top = this.heapStart;
    this.bytes = new Uint8Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
  }

  /** Room for at least `byteCount` bytes, aligned to 16 and not cleared. Throws KernelMemoryExceeded. */
  allocate(byteCount: number): number {
    // Larger numbers would wrap round to small size classes.
    if (!(byteCount <= MAX_PAGES * PAGE_BYTES)) throw memoryExceeded();
    const size = roundUpToClass(byteCount);
    this.usedBytes += size;
    const known = this.free.get(size)?.pop();
    if (known !== undefined) return known;
    const address = this.top;
    this.top += size;
    if (this.top > this.bytes.length) this.grow();
    return address;
  }

  /** Releases what `allocate(byteCount)` returned. */
  release(address: number, byteCount: number): void {
    const size = roundUpToClass(byteCount);
    this.usedBytes -= size;
    const addresses = this.free.get(size);
    if (addresses) addresses.push(address);
    else this.free.set(size, [address]);
  }

  /** Moves the allocation at `address` to a larger one, unless it is large enough; keeps its first `keptBytes` bytes. Address 0 means none. */
  reallocate(address: number, byteCount: number, keptBytes: number, largerCount: number): number {
    if (address !== 0 && roundUpToClass(byteCount) === roundUpToClass(largerCount)) return address;
    const larger = this.allocate(largerCount);
    if (address === 0) return larger;
    this.bytes.copyWithin(larger, address, address + keptBytes);
    this.release(address, byteCount);
    return larger;
  }

  /** Releases everything; the memory stays as large as it is. */
  reset(): void {
    this.free.clear();
    this.top = this.heapStart;
    this.usedBytes = 0;
  }

  /** Copies bytes in and returns their address. */
  place(bytes: Uint8Array): number {
    const address = this.allocate(bytes.length);
    this.bytes.set(bytes, address);
    return address;
  }

  private grow(): void {
    const missing = Math.ceil((this.top - this.bytes.length) / PAGE_BYTES);
    // Every growth makes new views. Pages that nobody writes to take no memory, but V8 takes them for garbage to be: from 64 MiB on it looks for
    // it among all objects, which costs more than the growth. So the memory does not double.
    const step = GROWTH_PAGES;
    const room = MAX_PAGES - this.bytes.length / PAGE_BYTES;
    if (missing > room) throw memoryExceeded();
    this.memory.grow(Math.max(missing, Math.min(step, room)));
    this.bytes = new Uint8Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
  }
}

function areKernelFunctions(exports: object): exports is KernelFunctions {
  return KERNEL_FUNCTION_NAMES.every((name) => name in exports);
}

function memoryExceeded(): KernelMemoryExceeded {
  return new KernelMemoryExceeded({
    what: `the kernel's memory of ${(MAX_PAGES * PAGE_BYTES) / 2 ** 30} GiB is used up`,
    why: 'Records times columns times partitions of one batch do not fit into it',
    next: 'Name fewer fields, or partition by a column with fewer values.',
  });
}

/** Rounds up to a size class: powers of two and the middles between them, so that at most a third is wasted. */
function roundUpToClass(byteCount: number): number {
  if (byteCount <= LEAST_CLASS_BYTES) return LEAST_CLASS_BYTES;
  const power = 1 << (32 - Math.clz32(byteCount - 1));
  const between = (power >> 2) * 3;
  return byteCount <= between ? between : power;
}
