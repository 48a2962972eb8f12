import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { cutFile } from '../../../shared/pipeline/split/cut-file.ts';
import type { FileGeometry } from '../../../shared/pipeline/split/file-geometry.ts';
import { isRefusal } from '../../../shared/refusal.ts';
import { LONG_CHAIN_RECORD_BYTES, LongChain, MIB } from '../../support/long-chain.ts';
import { smallLayout } from '../../support/small-contracts.ts';

const KEY = 'in/a.txt';
const FORMS = [
  ['that is not compressed', { compression: null, isSeekable: false }, 4],
  ['that is compressed', { compression: 'gzip', isSeekable: false }, 1],
  ['in frames with a seek table', { compression: 'zstd', isSeekable: true }, 4],
] as const;

function geometryOf(sizeBytes: number): FileGeometry {
  return {
    ...{ terminatorBytes: 1, strideBytes: null, header: null, trailer: null, leadingBytes: 0 },
    details: { startByte: 0, endByte: sizeBytes },
    remainder: { startByte: sizeBytes, endByte: sizeBytes },
  };
}

describe('a file is cut into ranges unless only its start can be read', () => {
  it.each(FORMS)('lines of a file %s', async (_, stored, rangeCount) => {
    const raw = new MemoryObjectStore();
    raw.replace(KEY, Buffer.from(`${'x'.repeat(20)}\n`.repeat(8)));
    const info = (await raw.head(KEY))!;
    const file = { raw, info, ...stored, geometry: geometryOf(info.sizeBytes) };
    const cut = await cutFile(file, readLayout(smallLayout(), 'small.json'), 42);
    if (isRefusal(cut)) throw new Error(cut.message);
    expect(cut.ranges).toHaveLength(rangeCount);
    expect(cut.chain).toBeNull();
  });

  it.each(FORMS)('a long chain of a file %s', async (_, stored, rangeCount) => {
    const raw = new LongChain(0);
    const sizeBytes = 80 * MIB;
    const info = { key: KEY, sizeBytes, version: 'v', pin: 'v' };
    const record = { format: 'rdw', length: LONG_CHAIN_RECORD_BYTES, short: 'pad' };
    const layout = readLayout(smallLayout({ record }), 'small.json');
    const cut = await cutFile({ raw, info, ...stored, geometry: geometryOf(sizeBytes) }, layout, 20 * MIB);
    if (isRefusal(cut)) throw new Error(cut.message);
    expect(cut.ranges).toHaveLength(rangeCount);
    expect(cut.chain).toEqual({ recordCount: sizeBytes / LONG_CHAIN_RECORD_BYTES });
    if (rangeCount > 1) {
      // Two readers, each in reads of 16 MiB.
      expect(raw.searches).toHaveLength(1);
      expect(raw.streams.length).toBeGreaterThan(4);
    } else {
      // What comes after a place cannot be read before it, and a second read begins at the start again.
      expect(raw.searches).toEqual([]);
      expect(raw.streams).toEqual([{ startByte: 0, endByte: sizeBytes }]);
    }
  });
});
