import type { ByteRange } from './byte-range.ts';

/**
 * Evenly spaced places of a file. A walk notes the first link at or after each. Every wanted cut is a mark:
 *
 *     start ─┬──┬──┬──┬──┬──┬──┬──┬── end       4 marks a range
 *            0     cut 1       cut 2   last
 *
 * The way of a chain depends only on its present place. So two walks that note the same link at one mark note the same links at all
 * later ones. That is how a walk that started from a guess is verified.
 */
export interface ChainMarks {
  span: ByteRange;
  rangeSizeBytes: number;
  marksPerRange: number;
  /** The mark at the end of the span. Only a chain that ends there reaches it. */
  lastMark: number;
}

/** Places marks at most `markBytes` apart. */
export function placeMarks(span: ByteRange, rangeSizeBytes: number, markBytes: number): ChainMarks {
  const marksPerRange = Math.ceil(rangeSizeBytes / Math.min(markBytes, rangeSizeBytes));
  const marks = { span, rangeSizeBytes, marksPerRange };
  return { ...marks, lastMark: firstMarkFrom(marks, span.endByte) };
}

export function markByte(marks: Omit<ChainMarks, 'lastMark'>, mark: number): number {
  const { span, rangeSizeBytes, marksPerRange } = marks;
  const ranges = Math.floor(mark / marksPerRange);
  const within = Math.floor(((mark % marksPerRange) * rangeSizeBytes) / marksPerRange);
  return Math.min(span.endByte, span.startByte + ranges * rangeSizeBytes + within);
}

/** The first mark at or after a byte of the span: a file has so few marks that to look at each takes no time. */
export function firstMarkFrom(marks: Omit<ChainMarks, 'lastMark'>, byte: number): number {
  let mark = 0;
  while (markByte(marks, mark) < byte) mark++;
  return mark;
}
