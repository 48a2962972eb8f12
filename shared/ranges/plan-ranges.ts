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

/** What is known of the parsers of a file before it is cut. */
export interface UnevenParsers {
  /** The parser of the first range begins so many bytes before all others. */
  headStartBytes?: number;
  /** So many work at once: the ranges that they would take last are halved so often, so that none works long after the others. */
  end?: { parserCount: number; halvings: number };
}

/**
 * Moves even cuts, and adds some, so that uneven parsers end together: the first range gets more and all others as much less; and the last
 * ranges get smaller and smaller. Cuts stay on whole strides; short ranges keep at least half of what they had.
 *
 *     │ 0           │ 1          │ 2          │ 3          │ 4    │ 5    │ 6  │ 7  │ 8  │ 9  │     of six even ranges for two parsers
 */
export function unevenCuts(
  cuts: number[],
  span: ByteRange,
  strideBytes: number | null,
  { headStartBytes = 0, end }: UnevenParsers,
): number[] {
  const ahead = withHeadStart(cuts, span, headStartBytes);
  const all = end ? withFinerEnd(ahead, span, end) : ahead;
  const stride = strideBytes ?? 1;
  return all.map((cut) => cut - ((cut - span.startByte) % stride)).filter((cut) => cut > span.startByte);
}

function withHeadStart(cuts: number[], span: ByteRange, headStartBytes: number): number[] {
  const [first, last] = [cuts[0], cuts.at(-1)];
  if (first === undefined || last === undefined) return cuts;
  const most = Math.min(headStartBytes, first - span.startByte, span.endByte - last);
  return cuts.map((cut, index) => cut + Math.floor((most * (cuts.length - index)) / (cuts.length + 1)));
}

function withFinerEnd(
  cuts: number[],
  { startByte, endByte }: ByteRange,
  { parserCount, halvings }: NonNullable<UnevenParsers['end']>,
): number[] {
  const kept = cuts.slice(0, Math.max(0, cuts.length + 1 - parserCount));
  const from = kept.at(-1) ?? startByte;
  // Of what each parser has left: a half, a quarter … and the smallest share twice.
  const shares = Array.from({ length: halvings + 1 }, (_, turn) => 2 ** -Math.min(turn + 1, halvings));
  let taken = 0;
  const finer = shares.flatMap((share) =>
    Array.from({ length: parserCount }, () => {
      taken += share / parserCount;
      return from + Math.floor((endByte - from) * taken);
    }),
  );
  // The last one is the end, or a byte off it.
  return [...kept, ...finer.slice(0, -1)];
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
