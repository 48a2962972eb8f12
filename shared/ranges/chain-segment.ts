import { type ChainMarks, firstMarkFrom, markByte } from './chain-marks.ts';
import type { ChainShape } from './record-chain.ts';
import { type ChainWalk, chainWalkFrom, walkToLink } from './record-chain-walk.ts';

/** What one walk found between two places of a file. */
export interface ChainSegment {
  /** The mark that `links[0]` belongs to. */
  firstMark: number;
  /** First link at or behind each mark, in turn. */
  links: number[];
  /** Records of this walk before each of these links. */
  recordCounts: number[];
  walk: ChainWalk;
}

/** A segment that starts at a link, or at what is thought to be one. */
export function segmentFrom(linkByte: number, marks: ChainMarks): ChainSegment {
  return {
    firstMark: firstMarkFrom(marks, linkByte),
    links: [],
    recordCounts: [],
    walk: chainWalkFrom(linkByte),
  };
}

/** The last mark that a segment has a link for; `firstMark - 1` where it has none. */
export function reachedMark(segment: ChainSegment): number {
  return segment.firstMark + segment.links.length - 1;
}

/**
 * Walks on through `window`, whose first byte is byte `windowStartByte` of the file and not behind where the walk is, up to mark
 * `untilMark`. True once that is reached or the chain is broken; else more bytes are needed from `segment.walk.atByte` on.
 */
export function advanceSegment(
  segment: ChainSegment,
  window: Uint8Array,
  windowStartByte: number,
  shape: ChainShape,
  marks: ChainMarks,
  untilMark: number,
): boolean {
  const { walk, links, recordCounts } = segment;
  const { endByte } = marks.span;
  while (reachedMark(segment) < untilMark) {
    const byte = markByte(marks, reachedMark(segment) + 1);
    if (!walkToLink(walk, window, windowStartByte, shape, endByte, byte)) return walk.problem !== null;
    links.push(walk.atByte);
    recordCounts.push(walk.recordCount);
  }
  return true;
}

/**
 * Takes over what a walk from a guess found, if the exact chain has come to a link of it: at the last mark that `exact` reached both
 * must note the same link. False, and nothing taken, where they do not: then the guess was wrong, or its chain is another one still.
 */
export function takeOver(exact: ChainSegment, guessed: ChainSegment): boolean {
  const mark = reachedMark(exact);
  const at = mark - guessed.firstMark;
  const link = exact.links.at(-1);
  if (link === undefined || at < 0 || guessed.links[at] !== link) return false;
  const { walk } = guessed;
  const countedBefore = exact.recordCounts.at(-1)! - guessed.recordCounts[at]!;
  for (let next = at + 1; next < guessed.links.length; next++) {
    exact.links.push(guessed.links[next]!);
    exact.recordCounts.push(guessed.recordCounts[next]! + countedBefore);
  }
  const { problem } = walk;
  exact.walk = {
    ...walk,
    recordCount: walk.recordCount + countedBefore,
    // Where nothing followed the common link, the last record is the exact chain's own.
    lastRecordByte: walk.lastRecordByte >= link ? walk.lastRecordByte : exact.walk.lastRecordByte,
    problem: problem && { ...problem, recordIndex: problem.recordIndex + countedBefore },
  };
  return true;
}

/** Where ranges begin, the first left out: the links at marks that are cuts. */
export function cutsOf(exact: ChainSegment, marks: ChainMarks): number[] {
  return exact.links.filter(
    (_, index) => (exact.firstMark + index) % marks.marksPerRange === 0 && exact.firstMark + index > 0,
  );
}
