import { UsageError } from '../errors.ts';
import { type ByteRange, rangeLengthBytes } from './byte-range.ts';

/** With more ranges, part manifests and listings would be the larger half of the work. */
export const MAX_RANGES = 10_000;

/**
 * Bytes at which ranges should start, in ascending order: one every `rangeSizeBytes`, on whole strides if records have a stride.
 * The ends of `span` are not among them.
 */
export function planCuts(span: ByteRange, rangeSizeBytes: number, strideBytes: number | null): number[] {
  const step =
    strideBytes === null
      ? rangeSizeBytes
      : Math.max(1, Math.floor(rangeSizeBytes / strideBytes)) * strideBytes;
  const cuts: number[] = [];
  for (let at = span.startByte + step; at < span.endByte; at += step) cuts.push(at);
  return cuts;
}

/** Refuses a range size that cuts a span into more ranges than a plan can hold. `where` is the key of the file. */
export function refuseTooManyRanges(where: string, span: ByteRange, rangeSizeBytes: number): void {
  const sizeBytes = rangeLengthBytes(span);
  if (sizeBytes <= rangeSizeBytes * MAX_RANGES) return;
  throw new UsageError({
    what: `a range size of ${rangeSizeBytes} bytes cuts the file into more than ${MAX_RANGES} ranges`,
    where,
    next: `Use at least ${Math.ceil(sizeBytes / MAX_RANGES)} bytes; 128MiB suits most files.`,
  });
}

/**
 * The ranges between cuts that were moved to starts of records. Cuts that fell on the same byte, or on an end of `span`, make no
 * range of their own.
 */
export function rangesBetween(span: ByteRange, cuts: number[]): ByteRange[] {
  const ranges: ByteRange[] = [];
  let startByte = span.startByte;
  for (const cut of [...cuts, span.endByte]) {
    const endByte = Math.min(cut, span.endByte);
    if (endByte <= startByte) continue;
    ranges.push({ startByte, endByte });
    startByte = endByte;
  }
  return ranges;
}
