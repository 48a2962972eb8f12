import { chainShapeOf } from '../../decode/chain-shape.ts';
import type { Layout } from '../../layout/layout.ts';
import type { UnevenParsers } from '../../ranges/plan-ranges.ts';
import { isRefusal, type Refusal } from '../../refusal.ts';
import type { FilePlan } from '../../run/file-plan.ts';
import { alignRanges } from './align-ranges.ts';
import { planChain } from './chain-geometry.ts';
import type { FileGeometry } from './file-geometry.ts';
import type { CutRange } from './parents-at-cuts.ts';
import type { ReadableFile } from './probe-file.ts';

/** A file that is cut into ranges. Only following a chain of lengths to its end finds the trailer, which `geometry` then has. */
export interface CutFile {
  geometry: FileGeometry;
  ranges: CutRange[];
  chain: FilePlan['chain'];
}

/** Plans the byte ranges of a file: along its chain of lengths, or at its line ends. */
export async function cutFile(
  { raw, info, compression, isSeekable, geometry }: ReadableFile,
  layout: Layout,
  wantedRangeBytes: number,
  uneven?: UnevenParsers,
): Promise<CutFile | Refusal> {
  // A compressed file without a seek table can only be read from its start, so it is one range.
  const isWhole = compression !== null && !isSeekable;
  const rangeSizeBytes = isWhole ? info.sizeBytes : wantedRangeBytes;
  const shape = chainShapeOf(layout.record);
  if (!shape) {
    const ranges = await alignRanges(raw, info, layout, geometry, rangeSizeBytes, uneven);
    return { geometry, ranges, chain: null };
  }
  const reading = isWhole ? { readerCount: 1, readBytes: info.sizeBytes } : {};
  const planned = await planChain(raw, info, layout, shape, geometry, rangeSizeBytes, reading);
  if (isRefusal(planned)) return planned;
  const { ranges, recordCount, trailer } = planned;
  return { geometry: { ...geometry, trailer }, ranges, chain: { recordCount } };
}
