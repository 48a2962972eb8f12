import type { ByteRange } from './byte-range.ts';

/**
 * Records that say how long they are, each right behind the one before: a chain, which can be followed only forwards.
 *
 *     V    ┌ RDW 00 0E 00 00 ┬ 10 bytes ┐┌ RDW 00 2C 00 00 ┬ 40 bytes ┐…
 *     VB   ┌ BDW 00 3E 00 00 ┬ RDW … ┬ RDW … ┐┌ BDW … the lengths of a block's records fill it exactly
 *
 * A link is what a chain can be entered at: a record, or a block where records are blocked. Byte ranges start at links.
 * (IBM, DFSMS Using Data Sets: record descriptor word and block descriptor word.)
 */
export interface ChainShape {
  record: LengthShape;
  /** Null where records are not blocked. */
  block: LengthShape | null;
  /** What stands before a record's own bytes: the four of its RDW, or nothing where the length is a field of it. */
  recordPrefixBytes: number;
}

/** How a record or block says its length. */
export interface LengthShape {
  coding: LengthCoding;
  /** Where the length stands, from the start of the record or block. */
  fieldAtBytes: number;
  fieldBytes: number;
  /** Where two bytes of the descriptor word stand that must be zero; -1 where there are none. */
  zeroAtBytes: number;
  /** May the uppermost bit say that the length takes 31 bits of the word? (Large block interface.) */
  extendable: boolean;
  /** Added to what the field says, to have all bytes of the record or block. */
  addedBytes: number;
  /** Bytes that must be at hand to know the length. No record or block is shorter. */
  headBytes: number;
  minimumBytes: number;
  maximumBytes: number;
}

export type LengthCoding = 'big-endian' | 'little-endian' | 'digits' | 'packed';

/** A record or block descriptor word. */
export interface DescriptorWord {
  byteOrder?: 'big-endian' | 'little-endian';
  /** Which half of the word holds the length, the other being zero. A word swapped whole has it in the second. */
  half?: 'first' | 'second';
  /** Does the length count the four bytes of the word? It does on a mainframe; some transfers take them off. */
  countsItself?: boolean;
}

export const DESCRIPTOR_WORD_BYTES = 4;
/** Larger blocks than any access method writes are a sign of something else. */
export const MAX_BLOCK_BYTES = 256 * 1024 * 1024;

/** Records that each begin with an RDW. `maximumBytes`: of the longest record, without the word; the lower, the better a wrong chain is told. */
export function rdwChain(word: DescriptorWord = {}, maximumBytes = 65_535): ChainShape {
  return { record: wordShape(word, maximumBytes), block: null, recordPrefixBytes: DESCRIPTOR_WORD_BYTES };
}

/** Blocks that each begin with a BDW and hold records with an RDW each. */
export function bdwChain(
  block: DescriptorWord = {},
  record: DescriptorWord = {},
  maximumRecordBytes = 65_535,
): ChainShape {
  const shape = wordShape(block, MAX_BLOCK_BYTES);
  const swapped = block.byteOrder === 'little-endian';
  return {
    record: wordShape(record, maximumRecordBytes),
    block: {
      ...shape,
      extendable: swapped === (block.half === 'second'),
      minimumBytes: 2 * DESCRIPTOR_WORD_BYTES,
    },
    recordPrefixBytes: DESCRIPTOR_WORD_BYTES,
  };
}

/** Records whose length is a field of theirs, `fieldAtBytes` from their start; `addedBytes` where it does not count all of them. */
export function lengthFieldChain(field: {
  fieldAtBytes: number;
  fieldBytes: number;
  coding: LengthCoding;
  addedBytes?: number;
  maximumBytes: number;
}): ChainShape {
  const headBytes = field.fieldAtBytes + field.fieldBytes;
  return {
    record: {
      coding: field.coding,
      fieldAtBytes: field.fieldAtBytes,
      fieldBytes: field.fieldBytes,
      zeroAtBytes: -1,
      extendable: false,
      addedBytes: field.addedBytes ?? 0,
      headBytes,
      minimumBytes: headBytes,
      maximumBytes: field.maximumBytes,
    },
    block: null,
    recordPrefixBytes: 0,
  };
}

function wordShape(word: DescriptorWord, maximumBytes: number): LengthShape {
  const { byteOrder = 'big-endian', half = 'first', countsItself = true } = word;
  return {
    coding: byteOrder,
    fieldAtBytes: half === 'first' ? 0 : 2,
    fieldBytes: 2,
    zeroAtBytes: half === 'first' ? 2 : 0,
    extendable: false,
    addedBytes: countsItself ? 0 : DESCRIPTOR_WORD_BYTES,
    headBytes: DESCRIPTOR_WORD_BYTES,
    // A record of no bytes is legal, and rejected where it is parsed, not here.
    minimumBytes: DESCRIPTOR_WORD_BYTES,
    maximumBytes: maximumBytes + DESCRIPTOR_WORD_BYTES,
  };
}

/** What is left for the chain between bytes of given size before the first and behind the last record; undefined where nothing fits. */
export function chainSpan(
  sizeBytes: number,
  fileHeaderBytes: number,
  fileTrailerBytes: number,
): ByteRange | undefined {
  const span = { startByte: fileHeaderBytes, endByte: sizeBytes - fileTrailerBytes };
  return span.endByte >= span.startByte ? span : undefined;
}

/** Length of no record: the field holds something else than digits. */
export const NOT_DIGITS = -1;
/** Length of no record: the half of the word that must be zero is not. */
export const NOT_ZERO = -2;

/** All bytes of the record or block at `at`, as it says, unchecked against least and most; negative where it says nothing. */
export function wholeLengthBytes(window: Uint8Array, at: number, shape: LengthShape): number {
  const { coding, fieldBytes, zeroAtBytes } = shape;
  const from = at + shape.fieldAtBytes;
  if (shape.extendable && (window[coding === 'big-endian' ? at : at + 3]! & 0x80) !== 0) {
    return (
      (coding === 'big-endian' ? bigEndian(window, at, 4) : littleEndian(window, at, 4)) -
      2 ** 31 +
      shape.addedBytes
    );
  }
  if (zeroAtBytes >= 0 && (window[at + zeroAtBytes]! | window[at + zeroAtBytes + 1]!) !== 0) return NOT_ZERO;
  if (coding === 'digits' || coding === 'packed') {
    const length = (coding === 'digits' ? digits : packed)(window, from, fieldBytes);
    return length < 0 ? NOT_DIGITS : length + shape.addedBytes;
  }
  if (coding === 'big-endian') {
    return (
      (fieldBytes === 2 ? (window[from]! << 8) | window[from + 1]! : bigEndian(window, from, fieldBytes)) +
      shape.addedBytes
    );
  }
  return littleEndian(window, from, fieldBytes) + shape.addedBytes;
}

function bigEndian(window: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) value = value * 256 + window[at]!;
  return value;
}

function littleEndian(window: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from + count - 1; at >= from; at--) value = value * 256 + window[at]!;
  return value;
}

/** Digits of ASCII (30–39) or EBCDIC (F0–F9); -1 where a byte is neither. */
function digits(window: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const byte = window[at]!;
    const zone = byte & 0xf0;
    if ((zone !== 0x30 && zone !== 0xf0) || (byte & 0x0f) > 9) return -1;
    value = value * 10 + (byte & 0x0f);
  }
  return value;
}

/** Packed digits with a sign, `01 2C` → 12; -1 where a half byte is none, or the sign a minus. */
function packed(window: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const [high, low] = [window[at]! >> 4, window[at]! & 0x0f];
    if (high > 9) return -1;
    value = value * 10 + high;
    if (at === from + count - 1) return low > 9 && low !== 0x0b && low !== 0x0d ? value : -1;
    if (low > 9) return -1;
    value = value * 10 + low;
  }
  return -1;
}
