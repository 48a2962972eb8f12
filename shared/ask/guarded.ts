import type { Clock } from '../ports/clock.ts';

interface GuardOptions {
  clock: Clock;
  /** A call that takes longer counts as failed. */
  timeoutMs: number;
  /** So many failures in a row, and nothing is asked for `restMs`. */
  mostFailures: number;
  restMs: number;
}

/** What was asked and what came of it, for people. */
interface GuardCounts {
  asked: number;
  failed: number;
  /** Not asked at all, because calls before had failed. */
  spared: number;
  /** Of the last failure. */
  lastError: string | undefined;
}

/** Asks something that answers can do without: it fails, takes too long or is away, and nobody waits for it or hears of it but the counts. */
export class Guarded {
  readonly counts: GuardCounts = { asked: 0, failed: 0, spared: 0, lastError: undefined };
  readonly #options: GuardOptions;
  #failures = 0;
  #restsUntilMs = 0;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** What the call answers, or undefined. */
  async ask<T>(call: () => Promise<T>): Promise<T | undefined> {
    const { clock, timeoutMs, mostFailures, restMs } = this.#options;
    if (clock.now().getTime() < this.#restsUntilMs) {
      this.counts.spared++;
      return undefined;
    }
    this.counts.asked++;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        const giveUp = () => reject(new Error(`no answer within ${timeoutMs} ms`));
        // After one more look at what has arrived: a process that was busy itself finds the answer and the end of its patience at once.
        timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
      });
      const answer = await Promise.race([call(), late]);
      this.#failures = 0;
      return answer;
    } catch (error) {
      this.counts.failed++;
      this.counts.lastError = error instanceof Error ? error.message : String(error);
      if (++this.#failures >= mostFailures) this.#restsUntilMs = clock.now().getTime() + restMs;
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
