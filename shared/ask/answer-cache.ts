import type { Clock } from '../ports/clock.ts';
import type { Claims, ResultCache } from '../ports/result-cache.ts';
import { type Answer, answerOf, storedAnswer } from './answer.ts';
import { Guarded } from './guarded.ts';
import { type KeptAnswer, RecentAnswers } from './recent-answers.ts';

/** Where an answer came from. `joined`: somebody else asked the same at the same time. */
type AnswerOrigin = 'memory' | 'shared' | 'store' | 'engine' | 'joined';

export interface FoundAnswer {
  kept: KeptAnswer;
  from: AnswerOrigin;
}

interface AnswerCacheOptions {
  clock: Clock;
  wait(ms: number): Promise<unknown>;
  memoryBytes: number;
  /** The cache that several servers have together, and by which they agree on who asks the engine. */
  shared?: (ResultCache & Claims) | undefined;
  /** Keeps what is too large for the shared cache, and everything if there is none. */
  store?: ResultCache | undefined;
  /** The largest answer that the shared cache holds itself. */
  sharedMostBytes?: number;
  /** A shared cache that takes longer is passed over. */
  patienceMs?: number;
}

/** A cache that answers within this, or it is passed over. */
const PATIENCE_MS = 250;
const MOST_FAILURES = 3;
const REST_MS = 2_000;
const SHARED_MOST_BYTES = 256 * 1024;
/** Who asks the engine renews the claim on it; if that process dies, another takes it over after this. */
const CLAIM_MS = 5_000;
const FIRST_LOOK_MS = 10;
const MOST_LOOK_MS = 200;
/** In the shared cache: the answer lies in the store. */
const IN_STORE = new TextEncoder().encode('store');

/** Keeps answers in memory, in a cache of several servers and in a store, and lets one ask the engine for all who ask the same. */
export class AnswerCache {
  readonly #options: AnswerCacheOptions;
  readonly #memory: RecentAnswers;
  readonly #flights = new Map<string, Promise<FoundAnswer>>();
  readonly #shared: Guarded;
  readonly #store: Guarded;
  readonly #served: Record<AnswerOrigin | 'unkept', number> = {
    ...{ memory: 0, shared: 0, store: 0, engine: 0, joined: 0 },
    unkept: 0,
  };

  constructor(options: AnswerCacheOptions) {
    const { clock } = options;
    const limits = { clock, mostFailures: MOST_FAILURES, restMs: REST_MS };
    this.#options = options;
    this.#memory = new RecentAnswers(options.memoryBytes);
    this.#shared = new Guarded({ ...limits, timeoutMs: options.patienceMs ?? PATIENCE_MS });
    this.#store = new Guarded({ ...limits, timeoutMs: PATIENCE_MS * 20 });
  }

  /** How often each place answered (`unkept`: the engine, for one who asked alone), and how the caches are; their errors only `withErrors`. */
  counts(withErrors: boolean): object {
    const { shared, store } = this.#options;
    const shown = ({ lastError, ...counts }: Guarded['counts']) =>
      withErrors ? { ...counts, lastError } : counts;
    return {
      answers: this.#served,
      memoryBytes: this.#memory.bytes,
      ...(shared && { [shared.name]: shown(this.#shared.counts) }),
      ...(store && { [store.name]: shown(this.#store.counts) }),
    };
  }

  /** The answer under a key, made by `make` if nobody has it. `forMs` bounds how long it is kept. Fails as `make` does. */
  async answer(key: string, forMs: number, make: () => Promise<Answer>): Promise<FoundAnswer> {
    const kept = this.#memory.get(key, this.#nowMs());
    if (kept) return this.#counted({ kept, from: 'memory' });
    const flight = this.#flights.get(key);
    if (flight) return this.#counted({ kept: (await flight).kept, from: 'joined' });
    const own = this.#find(key, forMs, make).finally(() => this.#flights.delete(key));
    this.#flights.set(key, own);
    return this.#counted(await own);
  }

  /** An answer that has no name: it is counted, and kept nowhere. */
  async unkept(make: () => Promise<Answer>): Promise<FoundAnswer> {
    const answer = await make();
    this.#served.unkept++;
    return { kept: { key: '', answer, bytes: 0, bodies: new Map() }, from: 'engine' };
  }

  #counted(found: FoundAnswer): FoundAnswer {
    this.#served[found.from]++;
    return found;
  }

  async #find(key: string, forMs: number, make: () => Promise<Answer>): Promise<FoundAnswer> {
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(lookMs * 2, MOST_LOOK_MS)) {
      const found = await this.#stored(key, forMs);
      if (found) return found;
      const { shared } = this.#options;
      // Undefined: the cache is away, and everybody asks for themselves.
      const isMine = shared && (await this.#shared.ask(() => shared.claim(key, CLAIM_MS)));
      // Somebody may have kept it between the look and the claim.
      const since = isMine && (await this.#stored(key, forMs));
      if (since) {
        await this.#shared.ask(() => shared!.release(key));
        return since;
      }
      if (isMine !== false) return this.#made(key, forMs, make, isMine === true);
      await this.#options.wait(lookMs);
    }
  }

  async #stored(key: string, forMs: number): Promise<FoundAnswer | undefined> {
    const { shared, store } = this.#options;
    const bytes = shared && (await this.#shared.ask(() => shared.get(key)));
    const isInStore =
      bytes === undefined || (bytes.length === IN_STORE.length && answerOf(bytes) === undefined);
    const own = isInStore ? undefined : bytes;
    const found = own ?? (store && (await this.#store.ask(() => store.get(key))));
    const answer = found && answerOf(found);
    if (!found || !answer) return undefined;
    return {
      kept: this.#memory.put(key, answer, found.length, this.#nowMs() + forMs),
      from: own ? 'shared' : 'store',
    };
  }

  async #made(
    key: string,
    forMs: number,
    make: () => Promise<Answer>,
    isClaimed: boolean,
  ): Promise<FoundAnswer> {
    const { shared } = this.#options;
    const renewing =
      shared && isClaimed
        ? setInterval(() => this.#shared.ask(() => shared.claim(key, CLAIM_MS)), CLAIM_MS / 3)
        : undefined;
    try {
      const answer = await make();
      const bytes = storedAnswer(answer);
      const kept = this.#memory.put(key, answer, bytes.length, this.#nowMs() + forMs);
      await this.#keep(key, bytes, forMs);
      return { kept, from: 'engine' };
    } finally {
      clearInterval(renewing);
      if (shared && isClaimed) await this.#shared.ask(() => shared.release(key));
    }
  }

  async #keep(key: string, bytes: Uint8Array, forMs: number): Promise<void> {
    const { shared, store, sharedMostBytes = SHARED_MOST_BYTES } = this.#options;
    const isLarge = bytes.length > sharedMostBytes;
    if (store && (isLarge || !shared)) await this.#store.ask(() => store.put(key, bytes, forMs));
    if (!shared || (isLarge && !store)) return;
    await this.#shared.ask(() => shared.put(key, isLarge ? IN_STORE : bytes, forMs));
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime();
  }
}
