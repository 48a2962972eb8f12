import type { OpenSource } from '../../shared/pipeline/store/open-source.ts';
import type { ObjectInfo, SourceStore } from '../../shared/ports/object-store.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';

/** A file of which ranges can be read: over the loopback interface, or one that was dropped on the page. */
export interface ByteReader {
  name: string;
  sizeBytes: number;
  read(range: ByteRange): Promise<Uint8Array>;
}

const CHUNK_BYTES = 256 * 1024;

/** The file as the commands read it. */
export function sourceOf(reader: ByteReader): OpenSource {
  const info: ObjectInfo = { key: reader.name, sizeBytes: reader.sizeBytes, version: '', pin: '' };
  const raw: SourceStore = {
    readRange: (_key, range) => reader.read(range),
    async *streamRange(_key, range = { startByte: 0, endByte: reader.sizeBytes }) {
      for (let at = range.startByte; at < range.endByte; at += CHUNK_BYTES) {
        yield await reader.read({ startByte: at, endByte: Math.min(at + CHUNK_BYTES, range.endByte) });
      }
    },
  };
  return { raw, info, compression: null, isSeekable: false };
}
