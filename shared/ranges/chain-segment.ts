import { type ChainMarks, firstMarkFrom, markByte } from './chain-marks.ts';
import type { ChainShape } from './record-chain.ts';
import { type ChainWalk, startWalk, walkToLink } from './record-chain-walk.ts';

/** The links that one walk found between two places of a file. */
export interface ChainSegment {
  /** The mark that `links[0]` belongs to. */
  firstMark: number;
  /** For `firstMark` and each mark after it: the first link at or after the mark. */
  links: ChainLink[];
  walk: ChainWalk;
}

interface ChainLink {
  byte: number;
  /** Number of records of the walk before the link. */
  recordsBefore: number;
}

/** Starts a segment at a link, or at what is thought to be one. */
export function startSegment(linkByte: number, marks: ChainMarks): ChainSegment {
  return {
    firstMark: firstMarkFrom(marks, linkByte),
    links: [],
    walk: startWalk(linkByte),
  };
}

/** The last mark for which a segment has a link; `firstMark - 1` if it has no link yet. */
export function reachedMark(segment: ChainSegment): number {
  return segment.firstMark + segment.links.length - 1;
}

/**
 * Walks on through `window` up to mark `untilMark`. The first byte of the window is byte `windowStartByte` of the file, which must
 * not lie after `segment.walk.atByte`. Returns true once the mark is reached or the chain is broken; otherwise the walk needs more
 * bytes, from `segment.walk.atByte` on.
 */
export function advanceSegment(
  segment: ChainSegment,
  window: Uint8Array,
  windowStartByte: number,
  shape: ChainShape,
  marks: ChainMarks,
  untilMark: number,
): boolean {
  const { walk, links } = segment;
  const { endByte } = marks.span;
  while (reachedMark(segment) < untilMark) {
    const byte = markByte(marks, reachedMark(segment) + 1);
    if (!walkToLink(walk, window, windowStartByte, shape, endByte, byte)) return walk.problem !== null;
    links.push({ byte: walk.atByte, recordsBefore: walk.recordCount });
  }
  return true;
}

/**
 * Takes over what a walk from a guess found, if both note the same link at the last mark that `exact` reached. Otherwise returns
 * false and takes nothing: the guess was wrong, or the guessed chain joins the exact one only later.
 */
export function takeOver(exact: ChainSegment, guessed: ChainSegment): boolean {
  const at = reachedMark(exact) - guessed.firstMark;
  const link = exact.links.at(-1);
  const sameLink = guessed.links[at];
  if (!link || !sameLink || sameLink.byte !== link.byte) return false;
  const { walk } = guessed;
  const countedBefore = link.recordsBefore - sameLink.recordsBefore;
  for (const { byte, recordsBefore } of guessed.links.slice(at + 1)) {
    exact.links.push({ byte, recordsBefore: recordsBefore + countedBefore });
  }
  const { problem } = walk;
  exact.walk = {
    ...walk,
    recordCount: walk.recordCount + countedBefore,
    // If the guessed walk has no record after the common link, the last record is one that the exact walk found.
    lastRecordByte: walk.lastRecordByte >= link.byte ? walk.lastRecordByte : exact.walk.lastRecordByte,
    problem: problem && { ...problem, recordIndex: problem.recordIndex + countedBefore },
  };
  return true;
}

/** The links at marks that are cuts: where each range begins. */
export function findCuts(exact: ChainSegment, marks: ChainMarks): number[] {
  return exact.links
    .filter((_, index) => (exact.firstMark + index) % marks.marksPerRange === 0)
    .map(({ byte }) => byte);
}
