import type { SourceStore } from '../../shared/ports/object-store.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';

export const MIB = 1024 * 1024;
export const LONG_CHAIN_RECORD_BYTES = 32 * 1024;

/** A file of records of 32 KiB after some other bytes, of any size, that is in no memory; and what of it is read. */
export class LongChain implements SourceStore {
  readonly searches: ByteRange[] = [];
  readonly streams: ByteRange[] = [];
  searchesAtOnce = 0;
  private under = 0;
  private readonly startByte: number;
  private readonly pattern: Uint8Array;

  constructor(startByte: number) {
    this.startByte = startByte;
    this.pattern = new Uint8Array(2 * MIB);
    for (let at = 0; at < this.pattern.length; at += LONG_CHAIN_RECORD_BYTES)
      this.pattern.set([LONG_CHAIN_RECORD_BYTES >> 8, 0], at);
  }

  private bytes({ startByte, endByte }: ByteRange): Uint8Array {
    const from = (startByte - this.startByte) % LONG_CHAIN_RECORD_BYTES;
    return this.pattern.subarray(from, from + endByte - startByte);
  }

  async readRange(_key: string, range: ByteRange): Promise<Uint8Array> {
    this.searches.push(range);
    this.searchesAtOnce = Math.max(this.searchesAtOnce, ++this.under);
    await new Promise((resolve) => setImmediate(resolve));
    this.under--;
    return this.bytes(range);
  }

  async *streamRange(_key: string, range: ByteRange): AsyncIterable<Uint8Array> {
    this.streams.push(range);
    for (let startByte = range.startByte; startByte < range.endByte; startByte += MIB) {
      yield this.bytes({ startByte, endByte: Math.min(startByte + MIB, range.endByte) });
    }
  }
}
