import type { TablePlace } from './table-place.ts';

type Store = TablePlace['store'];

/** Ends of files that are kept; a day of tens of thousands of files reads the others again. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * A store for one publication, which may have to be tried again because another one was faster: what it read of files that never change, and
 * the manifests that it wrote, are as they were, so that only the list of manifests is made anew. Nobody reads what it writes before it is
 * pointed to, so a write is only begun, and all of them are waited for at once, with `written`; only who reads one back waits for it.
 */
export function rememberingStore(store: Store): Store & { written(): Promise<void> } {
  const heads = new Map<string, ReturnType<Store['head']>>();
  const ranges = new Map<string, ReturnType<Store['readRange']>>();
  const objects = new Map<string, ReturnType<Store['get']>>();
  const written = new Map<string, ReturnType<Store['put']>>();
  const begun: Promise<unknown>[] = [];
  let keptBytes = 0;
  /** What was put is there once it is written. Whether that succeeded, `written` tells. */
  const afterWrite = async <T>(key: string, read: () => Promise<T>): Promise<T> => {
    await Promise.allSettled([written.get(key)]);
    return read();
  };
  return {
    described: (key) => store.described?.(key),
    head: (key) => once(heads, key, () => afterWrite(key, () => store.head(key))),
    readRange: (key, range) => {
      const name = `${key} ${range.startByte}-${range.endByte}`;
      if (!ranges.has(name) && keptBytes > MOST_BYTES)
        return afterWrite(key, () => store.readRange(key, range));
      return once(ranges, name, () => {
        keptBytes += range.endByte - range.startByte;
        return afterWrite(key, () => store.readRange(key, range));
      });
    },
    get: (key) => once(objects, key, () => afterWrite(key, () => store.get(key))),
    // The names of these objects have a hash of their bytes.
    async put(key, bytes) {
      // It may have been seen as missing before, or as damaged.
      for (const known of [heads, ranges, objects])
        for (const name of known.keys()) if (name === key || name.startsWith(`${key} `)) known.delete(name);
      begun.push(once(written, key, () => store.put(key, bytes)));
    },
    async written() {
      const results = await Promise.allSettled(begun.splice(0));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  };
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const before = known.get(key);
  if (before) return before;
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}
