/**
 * What the compiled package uses and Node 20 does not have yet, by the definitions of ECMA-262. Newer ones keep their own.
 */
Promise.withResolvers ??= function withResolvers<T>(): PromiseWithResolvers<T> {
  let [resolve, reject]: [PromiseWithResolvers<T>['resolve'], PromiseWithResolvers<T>['reject']] = [
    () => undefined,
    () => undefined,
  ];
  const promise = new Promise<T>((resolves, rejects) => {
    [resolve, reject] = [resolves, rejects];
  });
  return { promise, resolve, reject };
};

Map.groupBy ??= function groupBy<K, T>(
  items: Iterable<T>,
  keyOf: (item: T, index: number) => K,
): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
};

Array.fromAsync ??= async function fromAsync<T>(items: AsyncIterable<T> | Iterable<T | PromiseLike<T>>) {
  const array: Awaited<T>[] = [];
  for await (const item of items) array.push(item as Awaited<T>);
  return array;
};

/** CommonJS packages in the bundle ask for them (ssh2's WebAssembly, which has its bytes inside and reads no file). */
export const __dirname = import.meta.dirname;
export const __filename = import.meta.filename;
