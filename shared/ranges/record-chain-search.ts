import { type ChainShape, wholeLengthBytes } from './record-chain.ts';

/**
 * Finding a chain again in the middle of a file.
 *
 *     bytes of a window   ····RDW·······RDW····RDW··········RDW····│ behind it
 *     chains from each    x x x ╰────────┴──────┴─────────────┴────┼─► exit 5, 211 offsets lead there
 *                          x ╰x   x x  ╰────────╯ (falls into it)  │   x: breaks
 *
 * Nearly all offsets lead to no length, or soon to none; some fall into the true chain and stay on it. So most offsets whose
 * chain holds leave the window at one place, and that is the guess. It is a guess: bytes of a record may look like a chain too.
 */
export interface ChainGuess {
  /** Offset in the window, or behind its end, at which a record or block is thought to start. */
  offset: number;
  /** How many offsets of the window lead there. */
  supporterCount: number;
}

const MAX_DEPTH = 255;

/** Offsets of `window` whose chain holds for `minimumLinks` records or blocks; the last of those may leave the window. */
export function chainCandidates(window: Uint8Array, shape: ChainShape, minimumLinks: number): number[] {
  const { depths } = followBackwards(window, shape);
  const candidates: number[] = [];
  for (let at = 0; at < depths.length; at++) if (depths[at]! >= minimumLinks) candidates.push(at);
  return candidates;
}

/**
 * Where the chains of most candidates leave the window; undefined where none holds for `minimumLinks`. Takes memory of five
 * times the window.
 */
export function guessLink(
  window: Uint8Array,
  shape: ChainShape,
  minimumLinks: number,
): ChainGuess | undefined {
  const { depths, exits } = followBackwards(window, shape);
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

/** For each offset: how many links its chain has up to the window's end, 0 where it breaks, and where behind it the chain goes on. */
function followBackwards(window: Uint8Array, shape: ChainShape): { depths: Uint8Array; exits: Int32Array } {
  const link = shape.block ?? shape.record;
  const offsetCount = Math.max(0, window.length - link.headBytes + 1);
  const depths = new Uint8Array(offsetCount);
  const exits = new Int32Array(offsetCount);
  for (let at = offsetCount - 1; at >= 0; at--) {
    const length = wholeLengthBytes(window, at, link);
    if (length < link.minimumBytes || length > link.maximumBytes) continue;
    const next = at + length;
    if (next < offsetCount && depths[next] === 0) continue;
    if (shape.block && !blockHolds(window, at, next, shape)) continue;
    depths[at] = next < offsetCount ? Math.min(MAX_DEPTH, depths[next]! + 1) : 1;
    exits[at] = next < offsetCount ? exits[next]! : next;
  }
  return { depths, exits };
}

/** Do the records of a block fill it, as far as the window shows them? */
function blockHolds(window: Uint8Array, blockStart: number, blockEnd: number, shape: ChainShape): boolean {
  const { record } = shape;
  let at = blockStart + shape.block!.headBytes;
  while (at < blockEnd && at + record.headBytes <= window.length) {
    const length = wholeLengthBytes(window, at, record);
    if (length < record.minimumBytes || length > record.maximumBytes || length > blockEnd - at) return false;
    at += length;
  }
  return at === blockEnd || at + record.headBytes > window.length;
}
