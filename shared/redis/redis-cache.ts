import { randomUUID } from 'node:crypto';
import { createClient, RESP_TYPES } from '@redis/client';
import { StoreUnavailable } from '../errors.ts';
import type { Claims, ResultCache } from '../ports/result-cache.ts';

interface RedisOptions {
  /** redis://host:port or rediss://… with TLS, as of ElastiCache Serverless. */
  url: string;
  /** Before every key, so that several stages may share a server. */
  prefix: string;
  /** A name and a password that are asked for at each connection: IAM's expire. */
  credentials?: (() => Promise<{ username: string; password: string }>) | undefined;
}

const CONNECT_MS = 1_000;
const MOST_WAIT_MS = 2_000;

/** Removes or renews a claim only if it is still ours. */
const RELEASE =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";
const RENEW =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0";

/** Answers and claims on a server that speaks Redis' protocol: Redis, Valkey, ElastiCache. Calls fail at once while it is away. */
export class RedisCache implements ResultCache, Claims {
  readonly name = 'redis';
  readonly #prefix: string;
  readonly #client: ReturnType<typeof clientOf>;
  /** Of this process: claims are its own. */
  readonly #owner = randomUUID();

  constructor(options: RedisOptions) {
    this.#prefix = options.prefix;
    this.#client = clientOf(options);
    // Each call that fails says so; without a listener the process would end.
    this.#client.on('error', () => undefined);
  }

  /** Connects in the background, for as long as it takes. */
  start(): void {
    this.#client.connect().catch(() => undefined);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return (await this.#ready().get(this.#answer(key))) ?? undefined;
  }

  async put(key: string, bytes: Uint8Array, forMs: number): Promise<void> {
    await this.#ready().set(this.#answer(key), Buffer.from(bytes), {
      expiration: { type: 'PX', value: forMs },
    });
  }

  async claim(key: string, forMs: number): Promise<boolean> {
    const name = this.#claim(key);
    const taken = await this.#ready().set(name, this.#owner, {
      condition: 'NX',
      expiration: { type: 'PX', value: forMs },
    });
    if (taken !== null) return true;
    const renewed = await this.#ready().eval(RENEW, {
      keys: [name],
      arguments: [this.#owner, String(forMs)],
    });
    return Number(renewed) === 1;
  }

  async release(key: string): Promise<void> {
    await this.#ready().eval(RELEASE, { keys: [this.#claim(key)], arguments: [this.#owner] });
  }

  close(): void {
    this.#client.destroy();
  }

  #ready(): ReturnType<typeof clientOf> {
    if (this.#client.isReady) return this.#client;
    throw new StoreUnavailable({ what: 'the cache is not connected', where: this.name });
  }

  #answer(key: string): string {
    return `${this.#prefix}:answer:${key}`;
  }

  #claim(key: string): string {
    return `${this.#prefix}:claim:${key}`;
  }
}

function clientOf({ url, credentials }: RedisOptions) {
  return createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (tries) => Math.min(50 * 2 ** tries, MOST_WAIT_MS),
    },
    ...(credentials && { credentialsProvider: { type: 'async-credentials-provider', credentials } }),
  }).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
}
