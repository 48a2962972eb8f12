import type { Kernel } from '../kernel/kernel.ts';
import { ChunkProof } from './chunk-proof.ts';
import { MAGIC } from './format.ts';
import { PageContradiction } from './page-contradiction.ts';
import { PageMemory } from './page-memory.ts';
import type { PlannedChunk, ProofStep } from './proof-plan.ts';

/**
 * Proves a file while its bytes come in, from the first one on, in the memory of its largest page. What is found first stands in
 * `contradiction`; the rest of the file is then taken as it comes.
 */
export class FileProof {
  contradiction: PageContradiction | undefined;
  private readonly kernel: Kernel;
  private readonly steps: readonly ProofStep[];
  private readonly chunks = new Map<PlannedChunk, ChunkProof>();
  private next = 0;
  private position = 0;
  private memory: PageMemory | undefined;

  constructor(kernel: Kernel, steps: readonly ProofStep[]) {
    this.kernel = kernel;
    this.steps = steps;
  }

  add(bytes: Uint8Array): void {
    try {
      for (let from = 0; from < bytes.length && !this.contradiction; ) from += this.take(bytes, from);
    } catch (error) {
      if (!(error instanceof PageContradiction)) throw error;
      this.contradiction = error;
    }
  }

  /** Takes the next bytes from `from` on; returns how many. */
  private take(bytes: Uint8Array, from: number): number {
    const { kernel, position } = this;
    if (position < MAGIC.length) {
      if (bytes[from] !== MAGIC[position])
        throw new PageContradiction({ chunk: 'file' }, 'it does not begin with PAR1');
      this.position++;
      return 1;
    }
    const step = this.steps[this.next];
    // Page indexes and footer are known.
    if (!step) return bytes.length - from;
    this.memory ??= new PageMemory(kernel, step.endByte - step.startByte);
    const count = Math.min(bytes.length - from, step.endByte - position);
    kernel.bytes.set(bytes.subarray(from, from + count), this.memory.address + position - step.startByte);
    this.position += count;
    if (this.position === step.endByte) {
      this.prove(step, this.memory);
      this.memory.release();
      this.memory = undefined;
      this.next++;
    }
    return count;
  }

  private prove(step: ProofStep, memory: PageMemory): void {
    const { chunk, part } = step;
    let proof = this.chunks.get(chunk);
    if (!proof) {
      proof = new ChunkProof(this.kernel, chunk);
      this.chunks.set(chunk, proof);
    }
    proof.prove(step, memory.address);
    const isLast = part === 'filter' || part === chunk.pages.length - 1;
    if (isLast && (part === 'filter' || chunk.metaData.bloomFilterOffset === undefined))
      this.chunks.delete(chunk);
  }
}
