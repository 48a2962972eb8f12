/**
 * A code page as a sender of files knows it: written here by hand from the pages' own tables, so that what the kernel reads is
 * judged by something else than the kernel's tables.
 */
export interface SenderPage {
  encoding: string;
  isEbcdic: boolean;
  space: number;
  noBreakSpace: number[];
  /** The bytes of a text. */
  bytesOf(text: string): number[];
  /** Characters that texts are made of. */
  characters: string;
}

const ASCII_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-/';

function asciiPage(encoding: string, accents: Record<string, number[]>, noBreakSpace: number[]): SenderPage {
  return {
    encoding,
    isEbcdic: false,
    space: 0x20,
    noBreakSpace,
    bytesOf: (text) =>
      [...text].flatMap((character) => {
        const code = character.charCodeAt(0);
        if (code > 0x7f && !accents[character]) throw new Error(`${encoding} has no ${character} here`);
        return accents[character] ?? [code];
      }),
    characters: ASCII_CHARACTERS + Object.keys(accents).join(''),
  };
}

/** First byte of each run of EBCDIC's letters and digits. */
const EBCDIC_RUNS: readonly (readonly [number, string])[] = [
  [0x40, ' '],
  [0x4b, '.<(+'],
  [0x5c, '*);'],
  [0x60, '-/'],
  [0x6b, ','],
  [0x7a, ':'],
  [0x81, 'abcdefghi'],
  [0x91, 'jklmnopqr'],
  [0xa2, 'stuvwxyz'],
  [0xc1, 'ABCDEFGHI'],
  [0xd1, 'JKLMNOPQR'],
  [0xe2, 'STUVWXYZ'],
  [0xf0, '0123456789'],
];

function ebcdicPage(encoding: string, accents: Record<string, number>): SenderPage {
  const bytes = new Map(Object.entries(accents));
  for (const [first, run] of EBCDIC_RUNS) {
    for (const [index, character] of [...run].entries()) bytes.set(character, first + index);
  }
  return {
    encoding,
    isEbcdic: true,
    space: 0x40,
    noBreakSpace: [0x41],
    bytesOf: (text) =>
      [...text].map((character) => {
        const byte = bytes.get(character);
        if (byte === undefined) throw new Error(`${encoding} has no ${character} here`);
        return byte;
      }),
    characters: ASCII_CHARACTERS + Object.keys(accents).join(''),
  };
}

export const LATIN1 = asciiPage('iso-8859-1', { é: [0xe9], ã: [0xe3], ç: [0xe7], Ç: [0xc7] }, [0xa0]);
export const UTF8 = asciiPage(
  'utf-8',
  { é: [0xc3, 0xa9], ã: [0xc3, 0xa3], ç: [0xc3, 0xa7], Ç: [0xc3, 0x87], '€': [0xe2, 0x82, 0xac] },
  [0xc2, 0xa0],
);
const WINDOWS = asciiPage('windows-1252', { é: [0xe9], ã: [0xe3], '€': [0x80] }, [0xa0]);
const US_ASCII = asciiPage('us-ascii', {}, []);
export const CP037 = ebcdicPage('cp037', { é: 0x51, ã: 0x46, ç: 0x48 });
const CP1047 = ebcdicPage('cp1047', { é: 0x51, ã: 0x46, ç: 0x48 });

export const SENDER_PAGES: readonly SenderPage[] = [LATIN1, UTF8, WINDOWS, US_ASCII, CP037, CP1047];
