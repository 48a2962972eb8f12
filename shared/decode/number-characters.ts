import { isByteTablePage, isEbcdic } from '../layout/code-page.ts';
import type { Field } from '../layout/field.ts';
import { isExactNumber } from '../layout/field-type.ts';
import type { Overpunch } from '../layout/number-notation.ts';
import { unicodeOf } from './code-pages.ts';

/** Marks a byte that is no part of a number; it equals no digit, sign or blank. */
const NONE = 0xff;
/** The characters of numbers that all EBCDIC pages have at the same place, besides digits. */
const EBCDIC_CHARACTERS: [number, string][] = [
  [0x40, ' '],
  [0x4b, '.'],
  [0x4e, '+'],
  [0x60, '-'],
  [0x6b, ','],
  [0x7d, "'"],
];
/** Zones over a digit of a signed number, and the characters that carry them into ASCII. */
const EBCDIC_ZONES: [number, string][] = [
  [0xc0, '{ABCDEFGHI'],
  [0xd0, '}JKLMNOPQR'],
];

const tables = new WeakMap<Field, Uint8Array>();

/** The dialect in which the digits with signs of a field are read, after its bytes have become ASCII. */
export function dialectOf({ encoding, notation }: Field): Overpunch | undefined {
  return isEbcdic(encoding) ? 'ibm' : notation.overpunch;
}

/** Are the bytes of a number not read as they are, but through `numberCharacters`? */
export function isReadBeside({ type, encoding, notation }: Field): boolean {
  if (!isExactNumber(type)) return isEbcdic(encoding);
  const { nul, signFrom, scaleFrom } = notation;
  return isEbcdic(encoding) || nul !== 'reject' || signFrom !== undefined || scaleFrom !== undefined;
}

/**
 * The ASCII character of each byte of a whole number or a decimal: 256 bytes, NUL by the policy of the field. In EBCDIC only what a
 * number may hold has one: digits (zone F), zones C and D over a signed digit, signs, points, blanks and the marks of the
 * field. Letters of zones 8, 9, A and E are not digits, whatever their low half. (z/Architecture Principles of Operation,
 * "Zoned Format": A, C, E and F are plus, B and D minus; COBOL writes C, D and F.)
 */
export function numberCharacters(field: Field): Uint8Array {
  let table = tables.get(field);
  if (!table) {
    table = isEbcdic(field.encoding)
      ? ebcdicCharacters(field)
      : Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const { nul } = field.notation;
    if (nul !== 'reject') table[0] = nul === 'blank' ? 0x20 : 0x30;
    tables.set(field, table);
  }
  return table;
}

function ebcdicCharacters({ encoding, sign, notation }: Field): Uint8Array {
  const table = new Uint8Array(256).fill(NONE);
  const put = (byte: number, character: string) => {
    table[byte] = character.charCodeAt(0);
  };
  for (const [byte, character] of EBCDIC_CHARACTERS) put(byte, character);
  for (let digit = 0; digit <= 9; digit++) put(0xf0 + digit, String(digit));
  if (sign === 'leading' || sign === 'trailing') {
    for (const [zone, row] of EBCDIC_ZONES) {
      for (const [digit, character] of [...row].entries()) put(zone + digit, character);
    }
  }
  const page = isByteTablePage(encoding) ? unicodeOf(encoding) : new Uint16Array();
  for (const character of [...notation.marks.negative, ...notation.marks.positive].join('')) {
    const byte = page.indexOf(character.charCodeAt(0));
    if (byte >= 0) put(byte, character);
  }
  return table;
}
