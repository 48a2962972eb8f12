import { PreconditionFailed } from '../../errors.ts';
import { numberOfKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { fromJsonBytes, toJsonBytes } from './json-object.ts';

/** Others may write at the same time; more losses in a row than this are no accident. */
const MAX_TRIES = 100;

export interface Numbered<T> {
  number: number;
  value: T;
}

/** The document `<prefix><n>.json` with the highest n. Documents are never changed: who has something new to say writes the next one. */
export async function highestNumbered<T>(
  lake: ObjectStore,
  prefix: string,
): Promise<Numbered<T> | undefined> {
  let number = 0;
  for await (const { key } of lake.list(prefix)) number = Math.max(number, numberOfKey(key) ?? 0);
  // A listing may be older than the last document; a key that is asked for by name is not.
  let highest: Numbered<T> | undefined;
  for (let next = Math.max(1, number); ; next++) {
    const value = await readNumbered<T>(lake, prefix, next);
    if (value === undefined) return highest;
    highest = { number: next, value };
  }
}

export async function readNumbered<T>(
  lake: ObjectStore,
  prefix: string,
  number: number,
): Promise<T | undefined> {
  const stored = await lake.get(`${prefix}${number}.json`);
  return stored && fromJsonBytes<T>(stored.bytes);
}

/** Writes what `change` makes of the highest document as the next one; nothing where that is the same. The loser of a race looks again. */
export async function appendNumbered<T>(
  lake: ObjectStore,
  prefix: string,
  change: (current: T | undefined) => T,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const current = await highestNumbered<T>(lake, prefix);
    const next = change(current?.value);
    const bytes = toJsonBytes(next);
    if (current && Buffer.compare(bytes, toJsonBytes(current.value)) === 0) return next;
    try {
      await lake.putOnce(`${prefix}${(current?.number ?? 0) + 1}.json`, bytes);
      return next;
    } catch (error) {
      if (!(error instanceof PreconditionFailed) || tries >= MAX_TRIES) throw error;
    }
  }
}
