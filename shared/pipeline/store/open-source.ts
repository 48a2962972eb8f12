import type { ObjectInfo, SourceStore } from '../../ports/object-store.ts';
import { isRefusal, type Refusal } from '../../refusal.ts';
import type { FileCompression } from '../../run/file-plan.ts';
import { compressionOf, DecompressedSource } from './decompressed-source.ts';

/** A source file that is open for reading. If it is compressed, `raw` and `info` are those of its decompressed bytes. */
export interface OpenSource {
  raw: SourceStore;
  info: ObjectInfo;
  compression: FileCompression | null;
}

/** Opens a file as the suffix of its name says. A damaged compressed file is a refusal. */
export async function openSource(
  raw: SourceStore,
  stored: ObjectInfo,
): Promise<{ source: OpenSource; warnings: string[] } | Refusal> {
  const compression = compressionOf(stored.key);
  if (!compression) return { source: { raw, info: stored, compression: null }, warnings: [] };
  const source = new DecompressedSource(raw, compression);
  const info = await source.open(stored);
  if (isRefusal(info)) return info;
  const warnings = [
    `${stored.key} is compressed (${compression}) and cannot be cut: one parser reads all its ${info.sizeBytes} decompressed bytes, one after the other. If it is sent uncompressed, or as several files, it is converted in parallel.`,
  ];
  if (!source.isChecked) {
    warnings.push(
      `${stored.key} has no checksum of its content, so a byte that was damaged on its way would not be noticed. The zstd command writes a checksum unless it is given --no-check.`,
    );
  }
  return { source: { raw: source, info, compression }, warnings };
}
