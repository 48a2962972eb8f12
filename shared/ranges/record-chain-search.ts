import { type ChainShape, type LengthShape, readWholeLength } from './record-chain.ts';

/**
 * Finding a chain again in the middle of a file.
 *
 *     bytes of a window   ····RDW·······RDW····RDW··········RDW····│ after it
 *     chains from each    x x x ╰────────┴──────┴─────────────┴────┼─► exit 5, 211 offsets lead there
 *                          x ╰x   x x  ╰────────╯ (falls into it)  │   x: breaks
 *
 * From nearly all offsets a chain breaks at once or soon. From some it joins the true chain and stays on it. So most of the chains
 * that hold leave the window at the same place, and that is the guess. It may be wrong: bytes of a record can look like a chain too.
 */
interface ChainGuess {
  /** Offset at which a record or block is thought to start, counted from the start of the window; it may lie after its end. */
  offset: number;
  /** Number of offsets of the window that lead there. */
  supporterCount: number;
}

const MAX_DEPTH = 255;

/**
 * The place at which most chains of at least `minimumLinks` records or blocks leave the window, the last of them perhaps cut off by
 * its end; undefined if there is no such chain. Needs five times the memory of the window.
 */
export function guessLink(
  window: Uint8Array,
  shape: ChainShape,
  minimumLinks: number,
): ChainGuess | undefined {
  const { depths, exits } = followAllOffsets(window, shape);
  const supporters = new Map<number, number>();
  for (let at = 0; at < depths.length; at++) {
    if (depths[at]! >= minimumLinks) supporters.set(exits[at]!, (supporters.get(exits[at]!) ?? 0) + 1);
  }
  let guess: ChainGuess | undefined;
  for (const [offset, supporterCount] of supporters) {
    if (!guess || supporterCount > guess.supporterCount) guess = { offset, supporterCount };
  }
  return guess;
}

/**
 * Follows the chain from every offset of the window, the last offset first. `depths`: how many links the chain has up to the end of
 * the window (at most 255), or 0 if it breaks. `exits`: the offset after the window at which it goes on.
 */
export function followAllOffsets(
  window: Uint8Array,
  shape: ChainShape,
): { depths: Uint8Array; exits: Int32Array } {
  const link = shape.block ?? shape.record;
  const offsetCount = Math.max(0, window.length - link.headBytes + 1);
  const depths = new Uint8Array(offsetCount);
  const exits = new Int32Array(offsetCount);
  for (let at = offsetCount - 1; at >= 0; at--) {
    const length = readWholeLength(window, at, link);
    if (length < link.minimumBytes || length > link.maximumBytes) continue;
    const next = at + length;
    if (depths[next] === 0) continue;
    if (shape.block && !blockHolds(window, at + shape.block.headBytes, next, shape.record)) continue;
    depths[at] = next < offsetCount ? Math.min(MAX_DEPTH, depths[next]! + 1) : 1;
    exits[at] = next < offsetCount ? exits[next]! : next;
  }
  return { depths, exits };
}

/** True if the records of a block fill it exactly, as far as they lie in the window. */
function blockHolds(window: Uint8Array, firstRecord: number, blockEnd: number, record: LengthShape): boolean {
  let at = firstRecord;
  while (at < blockEnd && at + record.headBytes <= window.length) {
    const length = readWholeLength(window, at, record);
    if (length < record.minimumBytes || length > record.maximumBytes || length > blockEnd - at) return false;
    at += length;
  }
  return true;
}
