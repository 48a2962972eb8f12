import type { Shape } from '../../json-shape.ts';
import { numberOfKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { compareAndSwap } from './compare-and-swap.ts';
import { findJson, toJsonBytes, unlessDamaged } from './json-object.ts';
import { sealedBytes } from './sealed-json.ts';

export interface Numbered<T> {
  number: number;
  value: T;
}

/** The document `<prefix><n>.json` with the highest n. A document is never changed: a new version gets the next number. */
export async function highestNumbered<T>(
  lake: ObjectStore,
  prefix: string,
  shape: Shape<T>,
): Promise<Numbered<T> | undefined> {
  // A listing may be older than the last document; reading a key by its name always shows what is there.
  let highest: Numbered<T> | undefined;
  for (let next = Math.max(1, await highestListed(lake, prefix)); ; next++) {
    const value = await readNumbered(lake, prefix, next, shape);
    if (value === undefined) return highest;
    highest = { number: next, value };
  }
}

/**
 * The highest number of the documents `<prefix><n>.json`, and the highest document that can be read: of a number before, if the last ones
 * are damaged. Undefined if there is none.
 */
export async function highestReadable<T>(
  lake: ObjectStore,
  prefix: string,
  shape: Shape<T>,
): Promise<{ number: number; value: T | undefined; isDamaged: boolean } | undefined> {
  let number = await highestListed(lake, prefix);
  while (await lake.head(`${prefix}${number + 1}.json`)) number++;
  if (number === 0) return undefined;
  for (let readable = number; readable > 0; readable--) {
    const value = await unlessDamaged(readNumbered(lake, prefix, readable, shape));
    if (value !== undefined) return { number, value, isDamaged: readable < number };
  }
  return { number, value: undefined, isDamaged: true };
}

/** The highest n of the documents `<prefix><n>.json` that a listing shows, 0 if it shows none. It may be older than the last document. */
export async function highestListed(lake: ObjectStore, prefix: string): Promise<number> {
  let number = 0;
  for await (const key of lake.listFolder(prefix)) number = Math.max(number, numberOfKey(key) ?? 0);
  return number;
}

/** The document `<prefix><number>.json`, or undefined if there is none. */
export function readNumbered<T>(
  lake: ObjectStore,
  prefix: string,
  number: number,
  shape: Shape<T>,
): Promise<T | undefined> {
  return findJson(lake, `${prefix}${number}.json`, shape);
}

/**
 * Writes what `change` makes of the highest document as the next one, unless the two are the same. Answers with what is now the highest.
 * With `overDamage`, documents that cannot be read are passed over, and a new one follows them.
 */
export function appendNumbered<T extends object>(
  lake: ObjectStore,
  prefix: string,
  shape: Shape<T>,
  change: (current: T | undefined) => T,
  overDamage = false,
): Promise<Numbered<T>> {
  return compareAndSwap(prefix, async () => {
    const current = await (overDamage ? highestReadable : highestNumbered)(lake, prefix, shape);
    const next = change(current?.value);
    const isWhole = current !== undefined && !('isDamaged' in current && current.isDamaged);
    if (isWhole && Buffer.compare(toJsonBytes(next), toJsonBytes(current.value)) === 0)
      return { number: current.number, value: next };
    const number = (current?.number ?? 0) + 1;
    const key = `${prefix}${number}.json`;
    await lake.putOnce(key, sealedBytes(key, next));
    return { number, value: next };
  });
}
