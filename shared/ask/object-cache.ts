import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { ResultCache } from '../ports/result-cache.ts';

/** Before the bytes: until when they count, as milliseconds since 1970 in a float64. */
const HEAD_BYTES = 8;

/** Answers as objects of a store, `answers/<first two digits>/<key>`: nothing to pay for when nobody asks. Old ones are for the store to remove. */
export class ObjectCache implements ResultCache {
  readonly name = 'objects';
  readonly #store: Pick<ObjectStore, 'get' | 'put'>;
  readonly #clock: Clock;

  constructor(store: Pick<ObjectStore, 'get' | 'put'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const found = await this.#store.get(keyOf(key));
    if (!found || found.bytes.length <= HEAD_BYTES) return undefined;
    const { buffer, byteOffset } = found.bytes;
    const endsMs = new DataView(buffer, byteOffset).getFloat64(0);
    return endsMs > this.#clock.now().getTime() ? found.bytes.subarray(HEAD_BYTES) : undefined;
  }

  async put(key: string, bytes: Uint8Array, forMs: number): Promise<void> {
    const stored = new Uint8Array(HEAD_BYTES + bytes.length);
    new DataView(stored.buffer).setFloat64(0, this.#clock.now().getTime() + forMs);
    stored.set(bytes, HEAD_BYTES);
    await this.#store.put(keyOf(key), stored);
  }
}

function keyOf(key: string): string {
  return `answers/${key.slice(0, 2)}/${key}`;
}
