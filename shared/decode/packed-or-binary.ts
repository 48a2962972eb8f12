import type { Field } from '../layout/field.ts';
import { INT64_DIGITS } from '../layout/field-type.ts';

/**
 * One number that is not text, read clearly rather than fast: the kernel's tests compare the kernel with it.
 *
 *     12 34 5C  packed                 → 12345      5D → -12345, 5F → 12345
 *     01 23 45  packed, signNibble no  → 12345
 *     FF FE     binary, big, signed    → -2         unsigned → 65534
 *
 * Undefined if the bytes are not a number; null if they are blanks that cannot be one.
 */
export function readPackedOrBinary(
  bytes: Uint8Array,
  field: Field,
  space: number,
): bigint | null | undefined {
  return field.usage === 'packed' ? readPacked(bytes, field, space) : readBinary(bytes, field);
}

function readPacked(bytes: Uint8Array, field: Field, space: number): bigint | null | undefined {
  if (field.signNibble && bytes.every((byte) => byte === space)) return null;
  let digits = Buffer.from(bytes).toString('hex');
  let sign = 'c';
  if (field.signNibble) {
    sign = digits.slice(-1);
    digits = digits.slice(0, -1);
    if (!/[a-f]/.test(sign)) return undefined;
  }
  if (!/^\d*$/.test(digits)) return undefined;
  const negative = sign === 'd' || sign === 'b';
  if (negative && !field.signed) return undefined;
  const magnitude = BigInt(digits || '0');
  return negative ? -magnitude : magnitude;
}

function readBinary(bytes: Uint8Array, { byteOrder, signed }: Field): bigint {
  const ordered = byteOrder === 'big' ? bytes : bytes.toReversed();
  const magnitude = BigInt(`0x${Buffer.from(ordered).toString('hex')}`);
  return signed ? BigInt.asIntN(bytes.length * 8, magnitude) : magnitude;
}

/** A floating-point number of 4 or 8 bytes. In IBM's format 42 64 00 00 → sign 0, 16^(0x42 - 64), fraction 0x640000 / 2^24 → 100. */
export function readFloat(bytes: Uint8Array, { floatFormat, byteOrder }: Field): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = byteOrder === 'little';
  if (floatFormat === 'ieee')
    return bytes.length === 4 ? view.getFloat32(0, little) : view.getFloat64(0, little);
  const ordered = little ? bytes.toReversed() : bytes;
  const head = view.getUint8(little ? bytes.length - 1 : 0);
  const exponent = (head & 0x7f) - 64;
  const fraction = Number(BigInt(`0x${Buffer.from(ordered.subarray(1)).toString('hex')}`));
  const magnitude = (fraction / 2 ** ((bytes.length - 1) * 8)) * 16 ** exponent;
  return head & 0x80 ? -magnitude : magnitude;
}

/** The most digits that may be stored: those of the picture, and no more than the type holds beside its trailing zeros. */
export function mostDigits({ type, digits, trailingZeros }: Field): number {
  const ofType = (type.kind === 'decimal' ? type.precision : INT64_DIGITS) - trailingZeros;
  return Math.min(digits ?? ofType, ofType);
}
