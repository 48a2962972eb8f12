import { setImmediate } from 'node:timers/promises';

/** A store that was not asked for anything for so many turns has nobody who could ask: whoever is at work waits for a write. */
const IDLE_TURNS = 2;

const WRITES = new Set(['put', 'putOnce', 'putIf', 'createWriter', 'compose', 'copy', 'delete']);

/**
 * Writes of a store that end only if somebody waits for them: each is held until nobody asks the store for anything more, and the one that
 * was asked for last ends first. So a write that nobody waited for is still not there when its step ends.
 */
export class HeldWrites {
  private readonly held: { what: string; end: () => void }[] = [];
  private asked = 0;
  private isWatching = false;

  /** For `beforeCall` of a store: a write may end when the promise resolves. */
  readonly call = (operation: string, key: string): Promise<void> | undefined => {
    this.asked++;
    return WRITES.has(operation) ? this.hold(`${operation} ${key}`) : undefined;
  };

  /** A write elsewhere, such as a notification: what it does is done once somebody waited for it. */
  readonly told = async (what: string, tell: () => void): Promise<void> => {
    this.asked++;
    await this.hold(what);
    tell();
  };

  private hold(what: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.held.push({ what, end: resolve });
    if (!this.isWatching) void this.watch();
    return promise;
  }

  /** To be called where a step has ended. Fails if it left a write behind, or goes on. */
  async assertEnded(): Promise<void> {
    const left = this.held.map(({ what }) => what);
    const before = this.asked;
    for (let turn = 0; turn < IDLE_TURNS; turn++) await setImmediate();
    const goesOn = this.asked > before ? ['what it began goes on'] : [];
    if (left.length + goesOn.length > 0)
      throw new Error(`the step ended, and nobody waited for: ${[...left, ...goesOn].join(', ')}`);
  }

  private async watch(): Promise<void> {
    this.isWatching = true;
    while (this.held.length > 0) {
      const before = this.asked;
      for (let turn = 0; turn < IDLE_TURNS; turn++) await setImmediate();
      if (this.asked === before) this.held.pop()?.end();
    }
    this.isWatching = false;
  }
}
