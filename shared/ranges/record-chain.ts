/**
 * Records that say their own length and follow one another without gaps: a chain, which can only be followed forwards.
 *
 *     V    ┌ RDW 00 0E 00 00 ┬ 10 bytes ┐┌ RDW 00 2C 00 00 ┬ 40 bytes ┐…
 *     VB   ┌ BDW 00 3E 00 00 ┬ RDW … ┬ RDW … ┐┌ BDW … the lengths of a block's records fill it exactly
 *
 * A link is a place at which a chain can be entered: the start of a block, or of a record if there are no blocks. Byte ranges start
 * at links.
 * (IBM, DFSMS Using Data Sets: record descriptor word and block descriptor word.)
 */
export interface ChainShape {
  record: LengthShape;
  /** Null if records are not blocked. */
  block: LengthShape | null;
  /** Bytes before a record's own: the four of its RDW, or none if the length is a field of the record. */
  recordPrefixBytes: number;
}

/** How a record or block says its length. */
export interface LengthShape {
  coding: LengthCoding;
  /** Offset of the length from the start of the record or block. */
  fieldAtBytes: number;
  fieldBytes: number;
  /** Offset of the two bytes of the descriptor word that must be zero; -1 if there are none. */
  zeroAtBytes: number;
  /** True if a set highest bit means that the other 31 bits of the word are the length (large block interface). */
  extendable: boolean;
  /** The field's number plus this is the length of the whole record or block. */
  addedBytes: number;
  /** Bytes from which the length can be read. No record or block is shorter. */
  headBytes: number;
  minimumBytes: number;
  maximumBytes: number;
}

export type LengthCoding = 'big-endian' | 'little-endian' | 'digits' | 'packed';

/** A record or block descriptor word. */
export interface DescriptorWord {
  byteOrder?: 'big-endian' | 'little-endian';
  /** The half of the word that holds the length; the other is zero. It is the second in a word whose four bytes were swapped. */
  half?: 'first' | 'second';
  /** True if the length counts the four bytes of the word, as on a mainframe; some transfers subtract them. */
  countsItself?: boolean;
}

const DESCRIPTOR_WORD_BYTES = 4;
/** No access method writes larger blocks. A larger length is not that of a block. */
const MAX_BLOCK_BYTES = 256 * 1024 * 1024;

/** Records that each begin with an RDW. `maximumBytes`: length of the longest record, without the RDW; a lower one shows a wrong chain sooner. */
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

/** Records whose length is one of their fields, `fieldAtBytes` from their start. `addedBytes`: how many bytes of the record it does not count. */
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
    // A record without bytes is legal here. The parser rejects it.
    minimumBytes: DESCRIPTOR_WORD_BYTES,
    maximumBytes: maximumBytes + DESCRIPTOR_WORD_BYTES,
  };
}

/** In place of a length: its field does not hold digits. */
export const NOT_DIGITS = -1;
/** In place of a length: the half of the word that must be zero is not. */
export const NOT_ZERO = -2;

/**
 * Reads the length of the whole record or block at offset `at`. It is not compared with `minimumBytes` and `maximumBytes`. NOT_DIGITS
 * or NOT_ZERO if there is no length.
 */
export function readWholeLength(window: Uint8Array, at: number, shape: LengthShape): number {
  const { coding, fieldBytes, zeroAtBytes } = shape;
  const from = at + shape.fieldAtBytes;
  if (shape.extendable && (window[coding === 'big-endian' ? at : at + 3]! & 0x80) !== 0) {
    return (
      (coding === 'big-endian' ? readBigEndian(window, at, 4) : readLittleEndian(window, at, 4)) -
      2 ** 31 +
      shape.addedBytes
    );
  }
  if (zeroAtBytes >= 0 && (window[at + zeroAtBytes]! | window[at + zeroAtBytes + 1]!) !== 0) return NOT_ZERO;
  if (coding === 'digits' || coding === 'packed') {
    const length = (coding === 'digits' ? readDigits : readPacked)(window, from, fieldBytes);
    return length < 0 ? NOT_DIGITS : length + shape.addedBytes;
  }
  if (coding === 'big-endian') {
    return (
      (fieldBytes === 2
        ? (window[from]! << 8) | window[from + 1]!
        : readBigEndian(window, from, fieldBytes)) + shape.addedBytes
    );
  }
  return readLittleEndian(window, from, fieldBytes) + shape.addedBytes;
}

function readBigEndian(window: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) value = value * 256 + window[at]!;
  return value;
}

function readLittleEndian(window: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from + count - 1; at >= from; at--) value = value * 256 + window[at]!;
  return value;
}

/** Reads digits of ASCII (30–39) or EBCDIC (F0–F9); NOT_DIGITS if a byte is neither. */
function readDigits(window: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const byte = window[at]!;
    const zone = byte & 0xf0;
    if ((zone !== 0x30 && zone !== 0xf0) || (byte & 0x0f) > 9) return NOT_DIGITS;
    value = value * 10 + (byte & 0x0f);
  }
  return value;
}

/** Reads packed digits with a sign, `01 2C` → 12; NOT_DIGITS if a half byte is not a digit, the last is not a sign, or the sign is minus. */
function readPacked(window: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; ; at++) {
    const [high, low] = [window[at]! >> 4, window[at]! & 0x0f];
    if (high > 9) return NOT_DIGITS;
    value = value * 10 + high;
    if (at === from + count - 1) return low > 9 && low !== 0x0b && low !== 0x0d ? value : NOT_DIGITS;
    if (low > 9) return NOT_DIGITS;
    value = value * 10 + low;
  }
}
