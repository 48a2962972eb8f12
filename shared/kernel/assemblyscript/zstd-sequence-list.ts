/**
 * The sequences of the block that is being made: { literals, offset value, match - 3 } of 4 bytes each. An offset value of 1 to 3 means
 * one of the last three offsets, and greater ones an offset 3 less (RFC 8878, 3.1.1.5).
 */
const MOST: u32 = 16_384;
const ENTRY_BYTES: usize = 12;
export const SEQUENCES: usize = memory.data(16_384 * 12, 16);
/** The length of a match whose code is 0. */
export const LEAST_MATCH: u32 = 3;

export let sequenceCount: u32 = 0;
/** The last three offsets, the newest first, and those before the block. */
let newest: u32 = 1;
let second: u32 = 4;
let third: u32 = 8;
let keptNewest: u32 = 1;
let keptSecond: u32 = 4;
let keptThird: u32 = 8;

/** Begins a frame. */
export function forgetOffsets(): void {
  newest = 1;
  second = 4;
  third = 8;
}

/** Makes an offset the last one. */
export function noteOffset(offset: u32): void {
  third = second;
  second = newest;
  newest = offset;
}

export function beginSequences(): void {
  sequenceCount = 0;
  keptNewest = newest;
  keptSecond = second;
  keptThird = third;
}

/** Takes back what the block did: it is written without sequences. */
export function dropSequences(): void {
  sequenceCount = 0;
  newest = keptNewest;
  second = keptSecond;
  third = keptThird;
}

export function hasRoom(): bool {
  return sequenceCount < MOST;
}

/** Adds a sequence of at least one literal and a match of at least three bytes. */
export function addSequence(literals: usize, offset: usize, match: usize): void {
  const entry: usize = SEQUENCES + (sequenceCount as usize) * ENTRY_BYTES;
  let value = (offset as u32) + 3;
  if ((offset as u32) === newest) value = 1;
  else if ((offset as u32) === second) {
    value = 2;
    second = newest;
    newest = offset as u32;
  } else {
    if ((offset as u32) === third) value = 3;
    noteOffset(offset as u32);
  }
  store<u32>(entry, literals as u32);
  store<u32>(entry, value, 4);
  store<u32>(entry, (match as u32) - LEAST_MATCH, 8);
  sequenceCount++;
}
