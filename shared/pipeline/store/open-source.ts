import { CompressedDataBad } from '../../compression/bit-reader.ts';
import type { ObjectInfo, SourceStore } from '../../ports/object-store.ts';
import { isRefusal, type Refusal, refuse } from '../../refusal.ts';
import type { FileCompression } from '../../run/file-plan.ts';
import { compressionOf, DecompressedSource, expandsTooMuch } from './decompressed-source.ts';
import { SeekableSource } from './seekable-source.ts';

/** A source file that is open for reading. If it is compressed, `raw` and `info` are those of its decompressed bytes. */
export interface OpenSource {
  raw: SourceStore;
  info: ObjectInfo;
  compression: FileCompression | null;
  /** It is compressed in frames that can be read one by one: reading the middle of it costs no more than its beginning. */
  isSeekable: boolean;
}

/** Opens a file as the suffix of its name says. A damaged compressed file is a refusal. */
export async function openSource(
  raw: SourceStore,
  stored: ObjectInfo,
): Promise<{ source: OpenSource; warnings: string[] } | Refusal> {
  const compression = compressionOf(stored.key);
  if (!compression)
    return { source: { raw, info: stored, compression: null, isSeekable: false }, warnings: [] };
  const whole = new DecompressedSource(raw, compression);
  const first = await whole.begin(stored);
  if (isRefusal(first)) return first;
  const frames =
    compression === 'zstd' ? await refusingDamage(stored.key, () => openFrames(raw, stored)) : undefined;
  if (isRefusal(frames)) return frames;
  const warnings = first.isChecked ? [] : [uncheckedWarning(stored.key)];
  if (frames) return { source: { ...frames, compression, isSeekable: true }, warnings };
  const info = await whole.open(stored);
  if (isRefusal(info)) return info;
  const slow = `${stored.key} is compressed (${compression}) and cannot be cut: one parser reads all its ${info.sizeBytes} decompressed bytes, one after the other. If it is sent uncompressed, as several files, or in frames with a seek table, as the connector compresses, it is converted in parallel.`;
  return { source: { raw: whole, info, compression, isSeekable: false }, warnings: [slow, ...warnings] };
}

/** A file that was opened before, by what its plan says of it. */
export function sourceOf(
  raw: SourceStore,
  {
    compression,
    storedBytes,
    isSeekable,
  }: {
    compression: FileCompression | null;
    storedBytes?: number | undefined;
    isSeekable?: boolean | undefined;
  },
): SourceStore {
  if (isSeekable && storedBytes !== undefined) return new SeekableSource(raw, storedBytes);
  return compression ? new DecompressedSource(raw, compression, storedBytes) : raw;
}

/** A file with a seek table; undefined if it has none. */
async function openFrames(raw: SourceStore, stored: ObjectInfo) {
  const source = new SeekableSource(raw, stored.sizeBytes);
  const sizeBytes = await source.contentBytes(stored);
  if (sizeBytes === undefined) return undefined;
  return expandsTooMuch(stored, sizeBytes) ?? { raw: source, info: { ...stored, sizeBytes } };
}

/** Bytes of a compressed file that turn out to be damaged, or not what its seek table says, refuse it. */
export async function refusingDamage<T>(key: string, read: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CompressedDataBad)) throw error;
    return damagedRefusal(key, error);
  }
}

function damagedRefusal(key: string, { message }: CompressedDataBad): Refusal {
  return refuse('compression-broken', {
    where: key,
    what: `it cannot be decompressed: ${message}`,
    why: 'By what is damaged, or by a seek table that is wrong, records would be lost or read twice.',
    next: 'Ask for it to be sent again, in binary.',
  });
}

function uncheckedWarning(key: string): string {
  return `${key} has no checksum of its content, so a byte that was damaged on its way would not be noticed. The zstd command writes a checksum unless it is given --no-check.`;
}
