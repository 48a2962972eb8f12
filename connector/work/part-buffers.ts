/** Memory for the parts that are under way, over all files: who wants more waits. Buffers are used again. */
export class PartBuffers {
  private readonly free: Uint8Array[] = [];
  private readonly waiting: (() => void)[] = [];
  private left: number;

  constructor(count: number) {
    this.left = count;
  }

  /** Runs `action` with a buffer of at least this size. */
  async with<T>(sizeBytes: number, action: (buffer: Uint8Array) => Promise<T>): Promise<T> {
    if (this.left > 0) this.left--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    const kept = this.free.pop();
    const buffer = kept && kept.length >= sizeBytes ? kept : new Uint8Array(sizeBytes);
    try {
      return await action(buffer);
    } finally {
      this.free.push(buffer);
      const next = this.waiting.shift();
      if (next) next();
      else this.left++;
    }
  }
}
