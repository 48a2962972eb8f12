import { Kernel } from '../../kernel/kernel.ts';
import { ByteSink } from '../../parquet/byte-sink.ts';
import { PageCompressor } from '../../parquet/page-compressor.ts';

/**
 * A kernel and buffers that parser and merger keep from one range to the next, so that memory does not grow with the file: what a
 * kernel once took it fills again.
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

/** Memory for one range or merge; several at once in a thread get one each. */
export function takeMemory(): KernelMemory {
  const memory = free.pop() ?? new KernelMemory();
  memory.reset();
  return memory;
}

export function giveBackMemory(memory: KernelMemory): void {
  free.push(memory);
}
