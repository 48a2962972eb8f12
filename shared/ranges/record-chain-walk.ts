import { type ChainShape, type LengthShape, NOT_DIGITS, NOT_ZERO, wholeLengthBytes } from './record-chain.ts';

/** Where a chain does not go on. A value: the file is refused with it. */
export interface ChainProblem {
  code: ChainProblemCode;
  of: 'record' | 'block';
  /** Where the record or block starts. */
  atByte: number;
  /** What it says its length is, its descriptor word included; null where it says nothing that is a length. */
  lengthBytes: number | null;
  /** How many records of the chain stand before it. */
  recordIndex: number;
}

export type ChainProblemCode =
  /** Shorter than its own head, or longer than a record or block may be. */
  | 'impossible-length'
  | 'length-not-digits'
  /** The half of a descriptor word that must be zero is not: no descriptor word, or a segment of a spanned record (VBS). */
  | 'reserved-not-zero'
  /** Ends behind the end of what it is in: the file, or the block. */
  | 'cut-record'
  | 'record-exceeds-block';

/** How far a chain has been followed. Written to by the functions below. */
export interface ChainWalk {
  /** Where the next record or block starts. */
  atByte: number;
  /** Where the block ends that `atByte` is in; not above `atByte` where that is a link. */
  blockEndByte: number;
  recordCount: number;
  /** Start of the last record; -1 before the first. A trailer record is found by it. */
  lastRecordByte: number;
  problem: ChainProblem | null;
}

export function chainWalkFrom(linkByte: number): ChainWalk {
  return { atByte: linkByte, blockEndByte: linkByte, recordCount: 0, lastRecordByte: -1, problem: null };
}

/**
 * Follows the chain to the first link at or behind `stopByte`, as far as the heads of its records lie in `window`, whose first byte
 * is byte `windowStartByte` of the file; the chain must end at `endByte`. True once such a link, or the end, is reached; else more
 * bytes are needed from `walk.atByte` on, or the chain is broken (`walk.problem`).
 */
export function walkToLink(
  walk: ChainWalk,
  window: Uint8Array,
  windowStartByte: number,
  shape: ChainShape,
  endByte: number,
  stopByte: number,
): boolean {
  const { block } = shape;
  const stop = Math.min(stopByte, endByte);
  if (walk.problem) return false;
  if (!block) {
    followRecords(walk, window, windowStartByte, shape, endByte, stop);
    walk.blockEndByte = walk.atByte;
    return walk.atByte >= stop;
  }
  while (!walk.problem) {
    if (walk.atByte < walk.blockEndByte) {
      followRecords(walk, window, windowStartByte, shape, walk.blockEndByte, walk.blockEndByte);
      if (walk.atByte < walk.blockEndByte) return false;
    }
    if (walk.atByte >= stop) return true;
    if (!enterBlock(walk, window, windowStartByte, block, endByte)) return false;
  }
  return false;
}

/**
 * The records that lie whole in `window` behind where the walk stands, as many as the arrays have room for: where in the window
 * their own bytes start, and how many those are. Returns their number; 0 where more bytes are needed, the chain ends or is broken.
 */
export function collectRecords(
  walk: ChainWalk,
  window: Uint8Array,
  windowStartByte: number,
  shape: ChainShape,
  endByte: number,
  starts: Int32Array,
  lengths: Int32Array,
): number {
  const { block, recordPrefixBytes } = shape;
  let count = 0;
  while (count < starts.length && walk.problem === null && walk.atByte < endByte) {
    if (block && walk.atByte >= walk.blockEndByte) {
      if (!enterBlock(walk, window, windowStartByte, block, endByte)) break;
    }
    const limitByte = block ? walk.blockEndByte : endByte;
    const at = walk.atByte - windowStartByte;
    const length = nextLength(walk, window, at, shape, limitByte);
    if (length < 0 || at + length > window.length) break;
    starts[count] = at + recordPrefixBytes;
    lengths[count] = length - recordPrefixBytes;
    count++;
    walk.recordCount++;
    walk.lastRecordByte = walk.atByte;
    walk.atByte += length;
  }
  return count;
}

/** The hot loop: from head to head, until a record starts at or behind `stopByte`. None may reach beyond `limitByte`. */
function followRecords(
  walk: ChainWalk,
  window: Uint8Array,
  windowStartByte: number,
  shape: ChainShape,
  limitByte: number,
  stopByte: number,
): void {
  const { record } = shape;
  const { minimumBytes, maximumBytes } = record;
  // Relative to the window: offsets of a file do not fit into 32 bits.
  const limit = limitByte - windowStartByte;
  const headsEnd = Math.min(
    stopByte - windowStartByte,
    Math.min(window.length, limit) - record.headBytes + 1,
  );
  let at = walk.atByte - windowStartByte;
  let last = -1;
  let count = 0;
  while (at < headsEnd) {
    const length = wholeLengthBytes(window, at, record);
    if (length < minimumBytes || length > maximumBytes || length > limit - at) break;
    last = at;
    at += length;
    count++;
  }
  walk.atByte = at + windowStartByte;
  walk.recordCount += count;
  if (count > 0) walk.lastRecordByte = last + windowStartByte;
  // Why it stopped: at a record that is none, at one whose head is cut off, or for want of bytes.
  if (walk.atByte < stopByte) nextLength(walk, window, at, shape, limitByte);
}

/** Length of the record at `at` of the window; -1 where its head is not all there, or where it is none, which `walk.problem` then says. */
function nextLength(
  walk: ChainWalk,
  window: Uint8Array,
  at: number,
  { record, block }: ChainShape,
  limitByte: number,
): number {
  const cut = block ? 'record-exceeds-block' : 'cut-record';
  if (walk.atByte + record.headBytes > limitByte) walk.problem = chainProblem(walk, 'record', cut, null);
  else if (at + record.headBytes <= window.length) {
    const length = wholeLengthBytes(window, at, record);
    walk.problem = lengthProblem(walk, 'record', length, record);
    if (!walk.problem && walk.atByte + length > limitByte) {
      walk.problem = chainProblem(walk, 'record', cut, length);
    }
    if (!walk.problem) return length;
  }
  return -1;
}

/** Takes the walk behind the BDW it stands at. False where that is not all there, or is none. */
function enterBlock(
  walk: ChainWalk,
  window: Uint8Array,
  windowStartByte: number,
  shape: LengthShape,
  endByte: number,
): boolean {
  const at = walk.atByte - windowStartByte;
  if (walk.atByte + shape.headBytes > endByte) {
    walk.problem = chainProblem(walk, 'block', 'cut-record', null);
    return false;
  }
  if (at + shape.headBytes > window.length) return false;
  const length = wholeLengthBytes(window, at, shape);
  walk.problem = lengthProblem(walk, 'block', length, shape);
  if (!walk.problem && walk.atByte + length > endByte) {
    walk.problem = chainProblem(walk, 'block', 'cut-record', length);
  }
  if (walk.problem) return false;
  walk.blockEndByte = walk.atByte + length;
  walk.atByte += shape.headBytes;
  return true;
}

function lengthProblem(
  walk: ChainWalk,
  of: ChainProblem['of'],
  length: number,
  { minimumBytes, maximumBytes }: LengthShape,
): ChainProblem | null {
  if (length === NOT_DIGITS) return chainProblem(walk, of, 'length-not-digits', null);
  if (length === NOT_ZERO) return chainProblem(walk, of, 'reserved-not-zero', null);
  const possible = length >= minimumBytes && length <= maximumBytes;
  return possible ? null : chainProblem(walk, of, 'impossible-length', length);
}

function chainProblem(
  walk: ChainWalk,
  of: ChainProblem['of'],
  code: ChainProblemCode,
  lengthBytes: number | null,
): ChainProblem {
  return { code, of, atByte: walk.atByte, lengthBytes, recordIndex: walk.recordCount };
}

/** A problem as a clause without a full stop, for people. */
export function describeChainProblem(problem: ChainProblem): string {
  const { code, of, atByte, lengthBytes, recordIndex } = problem;
  const which = of === 'record' ? `record ${recordIndex + 1}` : `the block behind record ${recordIndex}`;
  const where = `${which}, at byte ${atByte},`;
  const whole = lengthBytes === null ? '' : `: it says it is ${lengthBytes} bytes long`;
  switch (code) {
    case 'impossible-length':
      return `${where} says it is ${lengthBytes} bytes long, which no ${of} can be`;
    case 'length-not-digits':
      return `${where} has no number where its length should be`;
    case 'reserved-not-zero':
      return `${where} does not begin with a descriptor word: two bytes of it that must be zero are not (a segment of a spanned record, VBS, has such too)`;
    case 'cut-record':
      return `${where} is cut off by the end of the file${whole}`;
    case 'record-exceeds-block':
      return `${where} reaches beyond the end of its block${whole}`;
  }
}
