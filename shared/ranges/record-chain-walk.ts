/*
 * The parser follows chains in the kernel (`kernel/assemblyscript/chains.ts`), the splitter here. One walk for both was measured, in
 * milliseconds of processor time for 64 MiB of records with an RDW, of 60, 140 and 2,000 bytes:
 *
 *     parser      kernel 20, 10, 1     this walk and the kernel's padding 39, 29, 2
 *     splitter    kernel 22, 13, 8     this walk 19, 24, 7 (the kernel must copy the bytes into its memory first)
 *
 * So this walk is too slow for the parser. The kernel's would save the splitter little, and lengths would still be read here: to
 * search for a chain, to say why it broke, and to test the kernel.
 */
import type { ByteRange } from './byte-range.ts';
import { type ChainShape, type LengthShape, NOT_DIGITS, NOT_ZERO, readWholeLength } from './record-chain.ts';

/** The reason why a chain is broken, and the place. It is a value, not an error: the file is refused with it. */
export interface ChainProblem {
  code: ChainProblemCode;
  of: 'record' | 'block';
  /** Byte of the file at which the record or block starts. */
  atByte: number;
  /** The length that it says it has, descriptor word included; null if it says no length. */
  lengthBytes: number | null;
  /** Number of records of the chain before it. */
  recordIndex: number;
}

type ChainProblemCode =
  /** Shorter than its own head, or longer than a record or block may be. */
  | 'impossible-length'
  | 'length-not-digits'
  /** The half of a descriptor word that must be zero is not: these bytes are something else, or a segment of a spanned record (VBS). */
  | 'reserved-not-zero'
  /** Ends after the end of the file. */
  | 'cut-record'
  /** Ends after the end of its block. */
  | 'record-exceeds-block';

/** How far a chain has been followed. The functions below move it on. */
export interface ChainWalk {
  /** Byte of the file at which the next record or block starts. */
  atByte: number;
  /** End of the block that `atByte` lies in; `atByte` or less if that is a link. */
  blockEndByte: number;
  recordCount: number;
  /** Start of the last record, which may be a trailer; -1 before the first. */
  lastRecordByte: number;
  problem: ChainProblem | null;
}

export function startWalk(linkByte: number): ChainWalk {
  return { atByte: linkByte, blockEndByte: linkByte, recordCount: 0, lastRecordByte: -1, problem: null };
}

/**
 * Follows the chain to the first link at or after `stopByte`, as far as the heads of its records lie in `window`. The first byte of
 * the window is byte `windowStartByte` of the file; the chain must end at `endByte`. Returns true once such a link, or the end, is
 * reached. Otherwise the chain is broken (`walk.problem`), or the walk needs more bytes, from `walk.atByte` on.
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
  for (;;) {
    followRecords(walk, window, windowStartByte, shape, walk.blockEndByte, walk.blockEndByte);
    if (walk.atByte < walk.blockEndByte) return false;
    if (walk.atByte >= stop) return true;
    if (!enterBlock(walk, window, windowStartByte, block, endByte)) return false;
  }
}

/** A record of a chain. */
export interface ChainRecord {
  /** In the file, with the RDW if it has one. */
  range: ByteRange;
  /** Its own bytes, a view of the window. */
  bytes: Uint8Array;
}

/**
 * Moves the walk past the next record and returns it. Undefined if the chain ends or is broken (`walk.problem`), or if the record does
 * not lie whole in `window`; the first byte of the window is byte `windowStartByte` of the file.
 */
export function nextRecord(
  walk: ChainWalk,
  window: Uint8Array,
  windowStartByte: number,
  shape: ChainShape,
  endByte: number,
): ChainRecord | undefined {
  const { block, recordPrefixBytes } = shape;
  if (walk.problem !== null || walk.atByte >= endByte) return undefined;
  if (block && walk.atByte >= walk.blockEndByte) {
    if (!enterBlock(walk, window, windowStartByte, block, endByte)) return undefined;
  }
  const startByte = walk.atByte;
  const at = startByte - windowStartByte;
  const length = nextLength(walk, window, at, shape, block ? walk.blockEndByte : endByte);
  if (length === undefined || at + length > window.length) return undefined;
  walk.recordCount++;
  walk.lastRecordByte = startByte;
  walk.atByte += length;
  const bytes = window.subarray(at + recordPrefixBytes, at + length);
  return { range: { startByte, endByte: walk.atByte }, bytes };
}

/** The hot loop: goes from head to head until a record starts at or after `stopByte`. No record may end after `limitByte`. */
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
  // Offsets from the start of the window: those of a file do not fit into 32 bits.
  const limit = limitByte - windowStartByte;
  const headsEnd = Math.min(
    stopByte - windowStartByte,
    Math.min(window.length, limit) - record.headBytes + 1,
  );
  let at = walk.atByte - windowStartByte;
  let last = at;
  let count = 0;
  while (at < headsEnd) {
    const length = readWholeLength(window, at, record);
    if (length < minimumBytes || length > maximumBytes || length > limit - at) break;
    last = at;
    at += length;
    count++;
  }
  walk.atByte = at + windowStartByte;
  walk.recordCount += count;
  if (count > 0) walk.lastRecordByte = last + windowStartByte;
  // If the loop stopped because the chain is broken, and not because the window ends, this says why.
  if (walk.atByte < stopByte) nextLength(walk, window, at, shape, limitByte);
}

/** Length of the record at offset `at` of the window; undefined if the window ends within its head, or if it is no record (`walk.problem`). */
function nextLength(
  walk: ChainWalk,
  window: Uint8Array,
  at: number,
  { record, block }: ChainShape,
  limitByte: number,
): number | undefined {
  const cut = block ? 'record-exceeds-block' : 'cut-record';
  if (walk.atByte + record.headBytes > limitByte) walk.problem = chainProblem(walk, 'record', cut, null);
  else if (at + record.headBytes <= window.length) {
    const length = readWholeLength(window, at, record);
    walk.problem = lengthProblem(walk, 'record', length, record);
    if (!walk.problem && walk.atByte + length > limitByte) {
      walk.problem = chainProblem(walk, 'record', cut, length);
    }
    if (!walk.problem) return length;
  }
  return undefined;
}

/** Moves the walk past the BDW it is at. Returns false if the window ends within the BDW, or if it is not a BDW (`walk.problem`). */
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
  } else if (at + shape.headBytes <= window.length) {
    const length = readWholeLength(window, at, shape);
    walk.problem = lengthProblem(walk, 'block', length, shape);
    if (!walk.problem && walk.atByte + length > endByte) {
      walk.problem = chainProblem(walk, 'block', 'cut-record', length);
    }
    if (!walk.problem) {
      walk.blockEndByte = walk.atByte + length;
      walk.atByte += shape.headBytes;
      return true;
    }
  }
  return false;
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

/** Says a problem to people, as a clause without a full stop. */
export function describeChainProblem(problem: ChainProblem): string {
  const { code, of, atByte, lengthBytes, recordIndex } = problem;
  const which = of === 'record' ? `record ${recordIndex + 1}` : `the block after record ${recordIndex}`;
  const where = `${which}, at byte ${atByte},`;
  const whole = lengthBytes === null ? '' : `: it says it is ${lengthBytes} bytes long`;
  switch (code) {
    case 'impossible-length':
      return `${where} says it is ${lengthBytes} bytes long, which no ${of} can be`;
    case 'length-not-digits':
      return `${where} has no number where its length should be`;
    case 'reserved-not-zero':
      return `${where} does not begin with a descriptor word: two bytes of it that must be zero are not (in a segment of a spanned record, VBS, they are not zero either)`;
    case 'cut-record':
      return `${where} is cut off by the end of the file${whole}`;
    case 'record-exceeds-block':
      return `${where} reaches beyond the end of its block${whole}`;
  }
}
