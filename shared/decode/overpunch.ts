import type { Overpunch } from '../layout/number-notation.ts';

/** A digit with the sign that is punched over it. */
interface PunchedDigit {
  digit: number;
  negative: boolean;
}

/** The characters of +0 to +9, then of -0 to -9; each may have several rows. */
interface Dialect {
  positive: readonly string[];
  negative: readonly string[];
}

const DIGITS = '0123456789';
const IBM: Dialect = { positive: [DIGITS, '{ABCDEFGHI'], negative: ['}JKLMNOPQR'] };
const MICRO_FOCUS: Dialect = { positive: [DIGITS], negative: ['pqrstuvwxy'] };

/**
 * What compilers write in ASCII texts for the last (or first) digit of a signed number:
 *
 *     ibm          { A … I  +0 … +9     } J … R  -0 … -9    zones C and D of EBCDIC, carried over character by character
 *     microfocus   0 … 9    +0 … +9     p … y    -0 … -9    bit 40 over the digit; GnuCOBOL writes the same
 *     fujitsu      @ A … I  +0 … +9     P … Y    -0 … -9    zones 4 and 5
 */
const DIALECTS: Record<Overpunch, Dialect> = {
  ibm: IBM,
  microfocus: MICRO_FOCUS,
  fujitsu: { positive: [DIGITS, '@ABCDEFGHI'], negative: ['PQRSTUVWXY'] },
};

/** P, Q and R are -7, -8 and -9 of IBM, and -0, -1 and -2 of Fujitsu. */
const AMBIGUOUS = 'PQR';

/**
 * The digit and sign that a character means in a dialect. Without a dialect, in those of IBM and Micro Focus: undefined if it is
 * no digit, `ambiguous` if another dialect reads it differently.
 */
export function readPunched(
  character: string,
  dialect: Overpunch | undefined,
): PunchedDigit | 'ambiguous' | undefined {
  if (dialect === undefined && AMBIGUOUS.includes(character)) return 'ambiguous';
  const dialects = dialect ? [DIALECTS[dialect]] : [IBM, MICRO_FOCUS];
  for (const { positive, negative } of dialects) {
    for (const row of positive)
      if (row.includes(character)) return { digit: row.indexOf(character), negative: false };
    for (const row of negative)
      if (row.includes(character)) return { digit: row.indexOf(character), negative: true };
  }
  return undefined;
}

const TABLES = new Map<Overpunch | undefined, Uint8Array>();

/** For the kernel, by byte: 0 to 9 positive, 16 to 25 negative, 255 for what is no digit or more than one. */
export function punchedTable(dialect: Overpunch | undefined): Uint8Array {
  const table = TABLES.get(dialect) ?? makeTable(dialect);
  TABLES.set(dialect, table);
  return table;
}

function makeTable(dialect: Overpunch | undefined): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const punched = readPunched(String.fromCharCode(byte), dialect);
    if (punched === undefined || punched === 'ambiguous') return 255;
    return punched.digit + (punched.negative ? 16 : 0);
  });
}
