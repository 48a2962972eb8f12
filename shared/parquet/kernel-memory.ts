import { Kernel } from '../kernel/kernel.ts';
import { ByteSink } from './byte-sink.ts';
import { PageCompressor } from './page-compressor.ts';

/**
 * A kernel and buffers that parser and merger keep from one range to the next. A kernel never gives memory back but uses it
 * again, so its memory does not grow with the number of ranges.
 */
export class KernelMemory {
  readonly kernel = new Kernel();
  /** Encoded bytes on their way to a file; empty between the calls of the writers that share it. */
  readonly out = new ByteSink();
  private scratch: PageCompressor | undefined;

  get compressor(): PageCompressor {
    this.scratch ??= new PageCompressor(this.kernel);
    return this.scratch;
  }

  /** Forgets everything. */
  reset(): void {
    this.kernel.reset();
    this.out.clear();
    this.scratch = undefined;
  }
}

const free: KernelMemory[] = [];

/** Takes memory for one range or merge. If several run at once in a thread, each gets its own. */
export function takeMemory(): KernelMemory {
  const memory = free.pop() ?? new KernelMemory();
  memory.reset();
  return memory;
}

export function giveBackMemory(memory: KernelMemory): void {
  free.push(memory);
}
