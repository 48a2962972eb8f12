import type { ByteRange } from './byte-range.ts';

/**
 * Places of a file at which a walk notes the first link at or behind them, evenly, so that every cut that is wanted is one:
 *
 *     start ─┬──┬──┬──┬──┬──┬──┬──┬── end       4 marks a range
 *            0     cut 1       cut 2   last
 *
 * Two walks that note the same link at one mark note the same at all later ones, since where a chain goes depends on nothing but
 * where it is: that is how a walk from a guess is verified, and where a wrong one is left behind.
 */
export interface ChainMarks {
  span: ByteRange;
  rangeSizeBytes: number;
  marksPerRange: number;
  /** The mark at the end of the span, which only a chain that ends there reaches. */
  lastMark: number;
}

/** Marks at most `markBytes` apart. */
export function chainMarks(span: ByteRange, rangeSizeBytes: number, markBytes: number): ChainMarks {
  const marksPerRange = Math.ceil(rangeSizeBytes / Math.min(markBytes, rangeSizeBytes));
  const marks = { span, rangeSizeBytes, marksPerRange, lastMark: 0 };
  return { ...marks, lastMark: firstMarkFrom(marks, span.endByte) };
}

export function markByte(marks: Omit<ChainMarks, 'lastMark'>, mark: number): number {
  const { span, rangeSizeBytes, marksPerRange } = marks;
  const ranges = Math.floor(mark / marksPerRange);
  const within = Math.floor(((mark % marksPerRange) * rangeSizeBytes) / marksPerRange);
  return Math.min(span.endByte, span.startByte + ranges * rangeSizeBytes + within);
}

/** The first mark at or behind a byte of the span. */
export function firstMarkFrom(marks: Omit<ChainMarks, 'lastMark'>, byte: number): number {
  const { span, rangeSizeBytes, marksPerRange } = marks;
  const offset = byte - span.startByte;
  const ranges = Math.floor(offset / rangeSizeBytes);
  let mark = ranges * marksPerRange;
  mark += Math.floor(((offset - ranges * rangeSizeBytes) * marksPerRange) / rangeSizeBytes);
  while (markByte(marks, mark) < byte) mark++;
  return mark;
}
