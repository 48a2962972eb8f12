/** Keys in the order of their UTF-8 bytes, as a store lists them: adding one costs a search, and not a sort of all. */
export class SortedKeys {
  private readonly keys: string[] = [];

  add(key: string): void {
    const at = this.placeOf(key);
    if (this.keys[at] !== key) this.keys.splice(at, 0, key);
  }

  remove(key: string): void {
    const at = this.placeOf(key);
    if (this.keys[at] === key) this.keys.splice(at, 1);
  }

  /** A copy of the keys that begin with `prefix`. */
  startingWith(prefix: string): string[] {
    const from = this.placeOf(prefix);
    let to = from;
    while (this.keys[to]?.startsWith(prefix)) to++;
    return this.keys.slice(from, to);
  }

  /** Index of the first key that is not before `key`. */
  private placeOf(key: string): number {
    let [low, high] = [0, this.keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(this.keys[middle]!, key)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** UTF-16 units are in the order of UTF-8 bytes, unless there are surrogates. */
function isBefore(some: string, other: string): boolean {
  if (/[\ud800-\udfff]/.test(some + other)) return Buffer.compare(Buffer.from(some), Buffer.from(other)) < 0;
  return some < other;
}
