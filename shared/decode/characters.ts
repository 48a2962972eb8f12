/**
 * Characters of UTF-8 lines as they are in a file, for headers, trailers, control files and messages. A character is a Unicode code point,
 * whatever it looks like with its neighbours.
 *
 *     4A 4F 53 C3 89 20   J O S É ␠   6 bytes, 5 characters
 */
import type { Field, Positions } from '../layout/field.ts';
import { decodeValue } from './decode-value.ts';
import type { DecodedValue } from './decoded-value.ts';

const SPACE = 0x20;

/** Length of a record in the unit of its layout's positions; undefined if it is not well-formed UTF-8, so that nobody can say. */
export function lengthIn(positions: Positions, record: Uint8Array): number | undefined {
  if (positions === 'bytes') return record.length;
  return isWellFormed(record) ? countCharacters(record) : undefined;
}

/** Part of a record between two positions; shorter if the record ends before. */
export function partOf(
  record: Uint8Array,
  { positions, startByte, endByte }: { positions: Positions; startByte: number; endByte: number },
): Uint8Array {
  if (positions === 'bytes') return record.subarray(startByte, endByte);
  const from = offsetOf(record, 0, startByte);
  return record.subarray(from, offsetOf(record, from, endByte - startByte));
}

/** A field of a record as it is in the file, which `padRecord` made long enough. */
export function decodeFrom(record: Uint8Array, field: Field): DecodedValue {
  if (field.positions === 'bytes') return decodeValue(record, 0, field);
  // Everything but text is ASCII, and may look at other places: the first byte of another character fits nothing.
  if (field.type.kind !== 'string') {
    return decodeValue(
      record.filter((byte) => !continues(byte)),
      0,
      field,
    );
  }
  const bytes = partOf(record, field);
  return decodeValue(bytes, 0, { ...field, startByte: 0, endByte: bytes.length });
}

/** The record, filled up with `spaceByte` to `length` if it is shorter. */
export function padRecord(
  record: Uint8Array,
  positions: Positions,
  length: number,
  spaceByte = SPACE,
): Uint8Array {
  const missing = Math.max(0, length - (lengthIn(positions, record) ?? length));
  const padded = new Uint8Array(record.length + missing).fill(spaceByte);
  padded.set(record);
  return padded;
}

function isWellFormed(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Is it the second or a later byte of a character? */
function continues(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function countCharacters(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => count + (continues(byte) ? 0 : 1), 0);
}

/** Offset of the byte that begins `count` characters after the one at `from`. */
function offsetOf(bytes: Uint8Array, from: number, count: number): number {
  let at = from;
  for (let passed = 0; passed < count && at < bytes.length; passed++) {
    at++;
    while (continues(bytes[at])) at++;
  }
  return at;
}
