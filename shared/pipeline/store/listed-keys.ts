import type { ObjectStore } from '../../ports/object-store.ts';

/** The key of every object whose key starts with `prefix`, in key order: less work for some stores than `list`. */
export async function* listedKeys(lake: ObjectStore, prefix: string): AsyncIterable<string> {
  if (lake.listKeys) yield* lake.listKeys(prefix);
  else for await (const { key } of lake.list(prefix)) yield key;
}
