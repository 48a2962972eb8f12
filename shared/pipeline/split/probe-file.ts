import { chainShapeOf } from '../../decode/chain-shape.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectInfo, SourceStore } from '../../ports/object-store.ts';
import { isRefusal, type Refusal } from '../../refusal.ts';
import type { FileCompression } from '../../run/file-plan.ts';
import { compressionOf, DecompressedSource } from '../store/decompressed-source.ts';
import { probeChain } from './chain-geometry.ts';
import { type FileGeometry, GeometryProbe, recordSpan } from './file-geometry.ts';

/** A source file that is open for reading. If it is compressed, `raw` and `info` are those of its decompressed bytes. */
export interface OpenSource {
  raw: SourceStore;
  info: ObjectInfo;
  compression: FileCompression | null;
}

/** An open file, and what its head and tail say of it. */
export interface ReadableFile extends OpenSource {
  geometry: FileGeometry;
}

/** Opens a file and reads its head and tail. A file that is damaged, empty or of another layout is a refusal. */
export async function probeFile(
  raw: SourceStore,
  stored: ObjectInfo,
  layout: Layout,
): Promise<{ file: ReadableFile | Refusal; warnings: string[] }> {
  const opened = await openSource(raw, stored);
  if (isRefusal(opened)) return { file: opened, warnings: [] };
  const { source, warnings } = opened;
  const geometry = await probeGeometry(source, layout);
  return { file: isRefusal(geometry) ? geometry : { ...source, geometry }, warnings };
}

/** Opens a file as the suffix of its name says. */
async function openSource(
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

async function probeGeometry({ raw, info }: OpenSource, layout: Layout): Promise<FileGeometry | Refusal> {
  const span = recordSpan(layout, info);
  if (isRefusal(span)) return span;
  const shape = chainShapeOf(layout.record);
  if (shape) return probeChain(raw, info, layout, shape, span);
  return new GeometryProbe(raw, info, layout, span).probe();
}
