import type { Kernel } from '../kernel/kernel.ts';
import type { RecordLayout } from '../layout/layout.ts';
import type { RecordExtractor } from './record-extractor.ts';

/** Index of the first line that was filled up and has a byte above 0x7F before `unsaidBefore`, or -1. */
export function indexOfOpenLine(
  { call }: Kernel,
  { hasPadded, rawStarts, rawLengths, recordCount }: RecordExtractor,
  { lengthBytes, unsaidBefore }: RecordLayout,
): number {
  if (!hasPadded || unsaidBefore === 0) return -1;
  return call.findOpenLine(rawStarts, rawLengths, recordCount, lengthBytes, unsaidBefore);
}
