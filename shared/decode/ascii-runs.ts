/** Half bytes of one value: 16. */
const HALVES = 16;

/** The kernel knows the rows of a byte by the bits of another. */
const MAX_ROWS = 8;

const BLANK = 0x20;

/** One row of a code page: the 16 bytes that share their high half. */
interface Row {
  readonly high: number;
  /** Added, modulo 256, to most of its bytes to make them ASCII. */
  readonly shift: number;
  /** The low halves that it holds for. */
  readonly lows: readonly number[];
  readonly weight: number;
}

/**
 * How the kernel turns most bytes of a code page into ASCII, 16 at a time, since letters and digits of a row are shifted alike in every
 * page: 16 bytes each of what a row's bytes are shifted by, the bit of the row, and, by low half, the bits of the rows in which it holds.
 * `ascii`, by byte: its ASCII character, or 0x80.
 */
export function asciiRuns(ascii: Uint8Array): Uint8Array {
  const runs = new Uint8Array(3 * HALVES);
  const rows = Array.from({ length: HALVES }, (_, high) => rowOf(ascii, high));
  const heaviest = rows.filter((row) => row.weight > 0).toSorted((a, b) => b.weight - a.weight);
  for (const [index, { high, shift, lows }] of heaviest.slice(0, MAX_ROWS).entries()) {
    runs[high] = shift;
    runs[HALVES + high] = 1 << index;
    for (const low of lows) runs[2 * HALVES + low]! |= 1 << index;
  }
  return runs;
}

/** The shift that serves most letters and digits of a row. */
function rowOf(ascii: Uint8Array, high: number): Row {
  const bytes = Array.from({ length: HALVES }, (_, low) => high * HALVES + low).filter(
    (byte) => ascii[byte]! < 0x80,
  );
  const shiftOf = (byte: number) => (ascii[byte]! - byte) & 0xff;
  let best: Row = { high, shift: 0, lows: [], weight: 0 };
  for (const shift of new Set(bytes.map(shiftOf))) {
    const shifted = bytes.filter((byte) => shiftOf(byte) === shift);
    const weight = shifted.reduce((sum, byte) => sum + weightOf(ascii[byte]!), 0);
    if (weight > best.weight) best = { high, shift, lows: shifted.map((byte) => byte % HALVES), weight };
  }
  return best;
}

/** How much a character counts: text is made of letters, digits and blanks. */
function weightOf(character: number): number {
  if (character === BLANK) return 100;
  if (/[0-9A-Za-z]/.test(String.fromCharCode(character))) return 10;
  return character > BLANK ? 1 : 0;
}
