import type { PartOutput } from '../../run/part-manifest.ts';

/** A part that is being closed keeps what it has not sent yet, a few MiB. */
const CLOSES_AT_ONCE = 8;

/** Parts that have all their bytes and are not visible yet: to close one is to wait for the store, so a few wait together. */
export class ClosingParts {
  private readonly closes: Promise<PartOutput>[] = [];
  private readonly pending = new Set<Promise<unknown>>();

  /** Starts to close a part. Waits while too many are being closed, and fails if one of them failed. */
  async add(close: () => Promise<PartOutput>): Promise<void> {
    while (this.pending.size >= CLOSES_AT_ONCE) await Promise.race(this.pending);
    const closing = close();
    this.closes.push(closing);
    this.pending.add(closing);
    // Who asks for the outputs is told of a failure; until then it is not unhandled.
    closing.then(
      () => this.pending.delete(closing),
      () => undefined,
    );
  }

  /** The parts in the order in which they were added, once all are visible. */
  outputs(): Promise<PartOutput[]> {
    return Promise.all(this.closes);
  }

  /** To be awaited before parts are given up: one that is still being closed would appear afterwards. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.closes);
  }
}
