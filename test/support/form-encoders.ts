/**
 * Encoders of every storage form, written from their descriptions in print and from nothing of the decoder. Each takes a value and
 * returns the bytes that a program on a mainframe (or off it) leaves in the record.
 */
export type SignPlace = 'none' | 'leading' | 'trailing' | 'leading-separate' | 'trailing-separate';

const magnitude = (value: bigint) => (value < 0n ? -value : value);

/** Digits as EBCDIC has them: zone F, over the signed digit C for plus and D for minus; separate signs are 4E and 60. */
export function zonedEbcdic(value: bigint, width: number, sign: SignPlace): Uint8Array {
  const isSeparate = sign.endsWith('separate');
  const digits = String(magnitude(value)).padStart(width - (isSeparate ? 1 : 0), '0');
  const bytes = [...digits].map((digit) => 0xf0 | Number(digit));
  const over = value < 0n ? 0xd0 : 0xc0;
  if (sign === 'leading') bytes[0] = over | (bytes[0]! & 15);
  if (sign === 'trailing') bytes[bytes.length - 1] = over | (bytes.at(-1)! & 15);
  const separate = value < 0n ? 0x60 : 0x4e;
  if (sign === 'leading-separate') bytes.unshift(separate);
  if (sign === 'trailing-separate') bytes.push(separate);
  return Uint8Array.from(bytes);
}

const PLUS = ['{', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I'];
const MINUS = ['}', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R'];

/** The characters of signed digits, 0 to 9, as families of compilers write them in ASCII text. */
export const PUNCHED_ROWS = {
  ibm: { plus: PLUS, minus: MINUS },
  microfocus: { plus: [...'0123456789'], minus: [...'pqrstuvwxy'] },
  fujitsu: { plus: [...'@ABCDEFGHI'], minus: [...'PQRSTUVWXY'] },
};

/** The same carried over to ASCII character by character, as a transfer in text mode does. */
export function zonedAscii(value: bigint, width: number, sign: SignPlace): Uint8Array {
  const isSeparate = sign.endsWith('separate');
  const digits = [...String(magnitude(value)).padStart(width - (isSeparate ? 1 : 0), '0')];
  const row = value < 0n ? MINUS : PLUS;
  if (sign === 'leading') digits[0] = row[Number(digits[0])]!;
  if (sign === 'trailing') digits[digits.length - 1] = row[Number(digits.at(-1))]!;
  if (sign === 'leading-separate') digits.unshift(value < 0n ? '-' : '+');
  if (sign === 'trailing-separate') digits.push(value < 0n ? '-' : '+');
  return Buffer.from(digits.join(''), 'ascii');
}

/** Two digits a byte; the last half is C, D or, for unsigned items, F. `sign` undefined: all halves are digits (COMP-6). */
export function packed(value: bigint, width: number, sign?: 'signed' | 'unsigned'): Uint8Array {
  const digits = String(magnitude(value));
  const last = sign === undefined ? '' : sign === 'unsigned' ? 'F' : value < 0n ? 'D' : 'C';
  return Buffer.from((digits + last).padStart(width * 2, '0'), 'hex');
}

/** Two's complement, byte by byte from the low end. */
export function binary(value: bigint, width: number, order: 'big' | 'little'): Uint8Array {
  let rest = value < 0n ? value + 256n ** BigInt(width) : value;
  const low: number[] = [];
  for (let index = 0; index < width; index++) {
    low.push(Number(rest % 256n));
    rest /= 256n;
  }
  return Uint8Array.from(order === 'little' ? low : low.reverse());
}

/** IBM's hexadecimal floating point of `fraction` / 2^bits × 16^`power`, where bits are those of the fraction: 24 or 56. */
export function ibmFloat(fraction: bigint, power: number, width: 4 | 8): Uint8Array {
  const head = (fraction < 0n ? 0x80 : 0) + power + 64;
  const tail = magnitude(fraction)
    .toString(16)
    .padStart((width - 1) * 2, '0');
  return Buffer.from(head.toString(16).padStart(2, '0') + tail, 'hex');
}

export function ieeeFloat(value: number, width: 4 | 8, order: 'big' | 'little'): Uint8Array {
  const bytes = Buffer.alloc(width);
  if (width === 4) bytes.writeFloatBE(value);
  else bytes.writeDoubleBE(value);
  return order === 'big' ? bytes : bytes.reverse();
}

/** UTF-16, high byte first, filled up with blanks. */
export function national(text: string, width: number): Uint8Array {
  return Buffer.from(text.padEnd(width / 2, ' '), 'utf16le').swap16();
}

/** Letters, digits and blanks in EBCDIC, where they are in three runs of nine or eight. */
export function ebcdicText(text: string, width: number): Uint8Array {
  return Uint8Array.from([...text.padEnd(width, ' ')], (character) => {
    if (character === ' ') return 0x40;
    if (/\d/.test(character)) return 0xf0 + Number(character);
    const at = character.toUpperCase().charCodeAt(0) - 0x41;
    const run = at < 9 ? 0xc1 + at : at < 18 ? 0xd1 + at - 9 : 0xe2 + at - 18;
    return character === character.toUpperCase() ? run : run - 0x40;
  });
}

/** A calendar day in the digits of `format`: of yyyy, yy, C, MM, dd, DDD, HH, mm, ss and S only. */
export function dateDigits(moment: Date, format: string): string {
  const [year, month, day] = [moment.getUTCFullYear(), moment.getUTCMonth() + 1, moment.getUTCDate()];
  const dayOfYear = (Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 1)) / 86_400_000 + 1;
  const parts: Record<string, [number, number]> = {
    yyyy: [year, 4],
    yy: [year % 100, 2],
    C: [Math.floor(year / 100) - 19, 1],
    MM: [month, 2],
    dd: [day, 2],
    DDD: [dayOfYear, 3],
    HH: [moment.getUTCHours(), 2],
    mm: [moment.getUTCMinutes(), 2],
    ss: [moment.getUTCSeconds(), 2],
    SSS: [moment.getUTCMilliseconds(), 3],
  };
  return format.replace(/([A-Za-z])\1*/g, (part) => {
    const [value, width] = parts[part]!;
    return String(value).padStart(width, '0');
  });
}
