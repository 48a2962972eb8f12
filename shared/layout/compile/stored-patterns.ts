import type { FieldType } from '../field-type.ts';
import { scaleOf } from '../field-type.ts';
import type { FieldEntry } from '../layout-schema.ts';

/** The decimal number `digits` / 10^`decimals`. */
interface Written {
  digits: bigint;
  decimals: number;
}

/**
 * The bytes that a number in decimal writing has in a packed, binary or floating-point field: several if the form has several spellings.
 * Empty if the field cannot hold it; undefined if the text is no number.
 *
 *     -9999   packed, 3 bytes      → 09 99 9D, 09 99 9B        signed binary, 2 bytes → D8 F1
 *     -99.9   decimal(4,1), packed → 00 99 9D, 00 99 9B
 */
export function storedPatterns(text: string, entry: FieldEntry, type: FieldType): Uint8Array[] | undefined {
  const [, sign = '', whole, fraction = ''] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const decimals = fraction.replace(/0+$/, '');
  const magnitude = BigInt(whole + decimals);
  const written = { digits: sign === '-' ? -magnitude : magnitude, decimals: decimals.length };
  const lengthBytes = entry.end - entry.start + 1;
  if (entry.usage === 'float') {
    if (lengthBytes !== 4 && lengthBytes !== 8) return [];
    return entry.floatFormat === 'ibm'
      ? ibmPatterns(written, lengthBytes)
      : ieeePatterns(Number(text), entry, lengthBytes);
  }
  const zeros = scaleOf(type) - written.decimals - (entry.trailingZeros ?? 0);
  const stored = zeros >= 0 ? written.digits * 10n ** BigInt(zeros) : divided(written.digits, -zeros);
  if (stored === undefined) return [];
  return entry.usage === 'packed'
    ? packedPatterns(stored, entry, lengthBytes)
    : binaryPatterns(stored, entry, lengthBytes);
}

function divided(value: bigint, zeros: number): bigint | undefined {
  const factor = 10n ** BigInt(zeros);
  return value % factor === 0n ? value / factor : undefined;
}

/** Every half byte that is a sign: A, C, E, F plus, B, D minus. Zero may have any of them. */
function packedPatterns(value: bigint, { signNibble }: FieldEntry, lengthBytes: number): Uint8Array[] {
  const digits = String(value < 0n ? -value : value);
  const places = lengthBytes * 2 - (signNibble === false ? 0 : 1);
  if (digits.length > places || (value < 0n && signNibble === false)) return [];
  const signs = signNibble === false ? [''] : [...(value <= 0n ? 'DB' : ''), ...(value >= 0n ? 'CFAE' : '')];
  return signs.map((sign) => fromHex(digits.padStart(places, '0') + sign));
}

function binaryPatterns(value: bigint, { signed, byteOrder }: FieldEntry, lengthBytes: number): Uint8Array[] {
  const bits = lengthBytes * 8;
  const held = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  if (held !== value) return [];
  const bytes = fromHex(
    BigInt.asUintN(bits, value)
      .toString(16)
      .padStart(lengthBytes * 2, '0'),
  );
  return [byteOrder === 'little' ? bytes.reverse() : bytes];
}

/** The nearest number that the field can hold; both zeros. */
function ieeePatterns(value: number, { byteOrder }: FieldEntry, lengthBytes: number): Uint8Array[] {
  return (value === 0 ? [0, -0] : [value]).map((one) => {
    const view = new DataView(new ArrayBuffer(lengthBytes));
    if (lengthBytes === 4) view.setFloat32(0, one, byteOrder === 'little');
    else view.setFloat64(0, one, byteOrder === 'little');
    return new Uint8Array(view.buffer);
  });
}

/** A normalised fraction, rounded down and up, since programs do either; zero with either sign. */
function ibmPatterns({ digits, decimals }: Written, lengthBytes: number): Uint8Array[] {
  const fractionBytes = lengthBytes - 1;
  const one = 1n << BigInt(fractionBytes * 8);
  let numerator = (digits < 0n ? -digits : digits) * one;
  let denominator = 10n ** BigInt(decimals);
  let exponent = 64;
  // The fraction is at least 1/16 and less than 1.
  for (; numerator >= one * denominator; exponent++) denominator *= 16n;
  for (; numerator > 0n && numerator * 16n < one * denominator; exponent--) numerator *= 16n;
  if (exponent < 0 || exponent > 127) return [];
  const fraction = numerator / denominator;
  const fractions = numerator % denominator === 0n ? [fraction] : [fraction, fraction + 1n];
  const heads = numerator === 0n ? [0x00, 0x80] : [exponent + (digits < 0n ? 0x80 : 0)];
  return fractions
    .filter((each) => each < one)
    .flatMap((each) =>
      heads.map((head) =>
        fromHex(head.toString(16).padStart(2, '0') + each.toString(16).padStart(fractionBytes * 2, '0')),
      ),
    );
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
  );
}
