type Timer = { at: number; order: number; fire: () => void };

/** After this many turns in a row in which no timer fired, what is awaited will never happen. */
const IDLE_TURNS = 200;

const realImmediate = globalThis.setImmediate;

/**
 * Time that passes only while everybody waits. It replaces `setTimeout` of the whole process, so that the deployed state machine
 * file waits its seconds between retries, and times out after its 840, in no time and in the same order every time.
 */
export class VirtualTime {
  private nowMs: number;
  private order = 0;
  private readonly timers = new Map<number, Timer>();

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  now(): Date {
    return new Date(this.nowMs);
  }

  sleep(waitMs: number): Promise<void> {
    return new Promise((resolve) => this.start(resolve, waitMs));
  }

  /** Runs `night` to its end, with `random` in place of Math.random. Fails if nothing can happen any more. */
  async run<T>(night: () => Promise<T>, random: () => number): Promise<T> {
    const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
    const realRandom = Math.random;
    Object.assign(globalThis, {
      setTimeout: (fire: () => void, waitMs = 0) => this.start(fire, waitMs),
      // Timers that were started before are real ones.
      clearTimeout: (id?: number | NodeJS.Timeout) =>
        typeof id === 'number' ? this.timers.delete(id) : real.clearTimeout(id),
    });
    Math.random = random;
    try {
      let isOver = false;
      const work = night().finally(() => {
        isOver = true;
      });
      work.catch(() => undefined);
      for (let idle = 0; !isOver && idle < IDLE_TURNS; ) {
        await new Promise<void>((resolve) => realImmediate(resolve));
        idle = this.fireNext() ? 0 : idle + 1;
      }
      if (!isOver) throw new Error('the night hangs: it waits for something that will never happen');
      return await work;
    } finally {
      Object.assign(globalThis, real);
      Math.random = realRandom;
    }
  }

  private start(fire: () => void, waitMs: number): number {
    const order = ++this.order;
    this.timers.set(order, { at: this.nowMs + Math.max(1, waitMs), order, fire });
    return order;
  }

  private fireNext(): boolean {
    let next: Timer | undefined;
    for (const timer of this.timers.values()) {
      if (!next || timer.at < next.at) next = timer;
    }
    if (!next) return false;
    this.timers.delete(next.order);
    this.nowMs = next.at;
    next.fire();
    return true;
  }
}
