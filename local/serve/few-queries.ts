import { StoreUnavailable } from '../../shared/errors.ts';

/** Lets so many queries run at once; the others wait their turn, up to so many. */
export class FewQueries {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /** Runs it when its turn comes. Fails with `StoreUnavailable` if too many wait, or if `signal` ends the waiting. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#running >= this.#most) await this.#turn(signal);
    else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The place goes from one to the next.
      if (next) next();
      else this.#running--;
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting) throw busy(`${this.#waiting.length} queries wait already`);
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        const at = this.#waiting.indexOf(come);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        reject(busy('Other queries ran for as long as this one may take'));
      };
      const come = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      this.#waiting.push(come);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}

function busy(why: string): StoreUnavailable {
  return new StoreUnavailable({ what: 'the service is busy', why, next: 'Ask again in a while.' });
}
