import type { SourceStore } from '../../shared/ports/object-store.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';

/** Watches a store: the ranges that are read of it from now on, in order. Streams are not among them. */
export function recordReads(store: Pick<SourceStore, 'readRange'>): ByteRange[] {
  const reads: ByteRange[] = [];
  const readRange = store.readRange.bind(store);
  store.readRange = (key, range, options) => {
    reads.push(range);
    return readRange(key, range, options);
  };
  return reads;
}
