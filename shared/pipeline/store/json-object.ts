import { RunInconsistent } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Small JSON objects in a store, on one line: engines that query the ledger read a row a line. */
export function toJsonBytes(value: unknown): Uint8Array {
  return encoder.encode(`${JSON.stringify(value)}\n`);
}

export function fromJsonBytes<T>(bytes: Uint8Array): T {
  return JSON.parse(decoder.decode(bytes)) as T;
}

/** An object that an earlier step of the run must have written; `RunInconsistent` where it is not there. */
export async function readJson<T>(store: ObjectStore, key: string): Promise<T> {
  const stored = await store.get(key);
  if (!stored) {
    throw new RunInconsistent({
      what: 'an object of this run is missing',
      where: key,
      why: 'an earlier step writes it; it was removed, or the run is past its retention',
      next: 'Convert the file again with --force.',
    });
  }
  return fromJsonBytes<T>(stored.bytes);
}

export async function writeJson(store: ObjectStore, key: string, value: unknown): Promise<void> {
  await store.put(key, toJsonBytes(value));
}
