import { chainShapeOf } from '../../decode/chain-shape.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectInfo, SourceStore } from '../../ports/object-store.ts';
import { isRefusal, type Refusal } from '../../refusal.ts';
import { compressionOf, DecompressedSource, type FileCompression } from '../store/decompressed-source.ts';
import { probeChain } from './chain-geometry.ts';
import { type FileGeometry, GeometryProbe, recordSpan } from './file-geometry.ts';

/** A source file as it is read: of a compressed one, what comes out of it. */
export interface OpenSource {
  raw: SourceStore;
  info: ObjectInfo;
  compression: FileCompression | null;
  warnings: string[];
}

/** Opens a file by what its name says it is; a compressed one that is damaged is a refusal. */
export async function openSource(raw: SourceStore, stored: ObjectInfo): Promise<OpenSource | Refusal> {
  const compression = compressionOf(stored.key);
  if (!compression) return { raw, info: stored, compression: null, warnings: [] };
  const source = new DecompressedSource(raw, compression);
  const info = await source.open(stored);
  if (isRefusal(info)) return info;
  const warning = `${stored.key} is compressed (${compression}) and cannot be cut: one parser reads all ${info.sizeBytes} bytes that come out of it, one after the other. Sent as it is, or in several files, it is converted in parallel.`;
  const warnings = source.isChecked
    ? [warning]
    : [
        warning,
        `${stored.key} has no checksum of its content: a byte that was damaged on its way would not be noticed. The zstd command writes one, unless it is told --no-check.`,
      ];
  return { raw: source, info, compression, warnings };
}

/** What head and tail of the file tell. */
export async function probeGeometry(
  { raw, info }: OpenSource,
  layout: Layout,
): Promise<FileGeometry | Refusal> {
  const span = recordSpan(layout, info);
  if (isRefusal(span)) return span;
  const shape = chainShapeOf(layout.record);
  if (shape) return probeChain(raw, info, layout, shape, span);
  return new GeometryProbe(raw, info, layout, span).probe();
}
