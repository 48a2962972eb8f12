import { chainShapeOf } from '../../shared/decode/chain-shape.ts';
import type { Layout } from '../../shared/layout/layout.ts';
import { describeChainProblem, startWalk, walkToLink } from '../../shared/ranges/record-chain-walk.ts';

/** Enough for many records, and for one of the longest. */
const HEAD_BYTES = 128 * 1024;

/** Bytes at the beginning of a file that show whether its records state their lengths; 0 if those of the layout do not. */
export function headBytesOf({ record }: Pick<Layout, 'record'>): number {
  return record.format === 'rdw' || record.format === 'bdw' ? record.fileHeaderBytes + HEAD_BYTES : 0;
}

/** Why the lengths that the layout says are not there, as a clause: a transfer took them away, or took the file for text. */
export function lengthsProblem(
  { record }: Pick<Layout, 'record'>,
  head: Uint8Array,
  sizeBytes: number,
): string | undefined {
  const shape = chainShapeOf(record);
  if (!shape) return undefined;
  const walk = startWalk(record.fileHeaderBytes);
  const endByte = sizeBytes - record.fileTrailerBytes;
  walkToLink(walk, head, 0, shape, endByte, Math.min(endByte, head.length));
  return walk.problem ? describeChainProblem(walk.problem) : undefined;
}
