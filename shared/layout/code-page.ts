/** The facts about a code page that a layout needs. */
interface CodePageTraits {
  /** The family fixes the places of blanks, digits and letters without accents. */
  family: 'ascii' | 'ebcdic' | 'utf-16';
  /** A table of 256 characters says what its bytes are (shared/decode/code-page-tables.ts). */
  isByteTable: boolean;
  /** The page is for single fields, not for a whole file. */
  isFieldOnly?: true;
  /** From this byte on, characters are at their places in ISO-8859-1, apart from `except`; absent if no character is. */
  latin1?: { from: number; except: string };
}

const ASCII = { family: 'ascii', isByteTable: true } as const;
const EBCDIC = { family: 'ebcdic', isByteTable: true } as const;

/**
 * The code pages that a layout may name. A new one is a row here and its mapping, which tools/code-pages writes; the name alone
 * says nothing: cp850 is a page of ASCII, cp037 one of EBCDIC.
 */
const CODE_PAGE_TRAITS = {
  'iso-8859-1': { ...ASCII, latin1: { from: 0x80, except: '' } },
  'us-ascii': ASCII,
  'utf-8': { family: 'ascii', isByteTable: false },
  'iso-8859-15': { ...ASCII, latin1: { from: 0xa0, except: '¤¦¨´¸¼½¾' } },
  'windows-1252': { ...ASCII, latin1: { from: 0xa0, except: '' } },
  'windows-1250': ASCII,
  'windows-1251': ASCII,
  cp437: ASCII,
  cp850: ASCII,
  cp037: EBCDIC,
  cp273: EBCDIC,
  cp275: EBCDIC,
  cp277: EBCDIC,
  cp278: EBCDIC,
  cp280: EBCDIC,
  cp284: EBCDIC,
  cp285: EBCDIC,
  cp297: EBCDIC,
  cp500: EBCDIC,
  cp870: EBCDIC,
  cp871: EBCDIC,
  cp875: EBCDIC,
  cp1025: EBCDIC,
  cp1047: EBCDIC,
  cp1140: EBCDIC,
  cp1141: EBCDIC,
  cp1142: EBCDIC,
  cp1143: EBCDIC,
  cp1144: EBCDIC,
  cp1145: EBCDIC,
  cp1146: EBCDIC,
  cp1147: EBCDIC,
  cp1148: EBCDIC,
  cp1149: EBCDIC,
  'utf-16be': { family: 'utf-16', isByteTable: false, isFieldOnly: true },
} as const satisfies Record<string, CodePageTraits>;

type Table = typeof CODE_PAGE_TRAITS;
export type CodePage = keyof Table;
/** The pages whose characters are in a table. */
export type ByteTablePage = {
  [Page in CodePage]: Table[Page]['isByteTable'] extends true ? Page : never;
}[CodePage];
/** The pages that a whole file can be in; national text is in single fields only. */
export type Encoding = {
  [Page in CodePage]: Table[Page] extends { isFieldOnly: true } ? never : Page;
}[CodePage];

const TRAITS: Readonly<Record<CodePage, CodePageTraits>> = CODE_PAGE_TRAITS;
export const CODE_PAGES: readonly CodePage[] = Object.keys(CODE_PAGE_TRAITS).filter(isCodePage);

export function isCodePage(name: string): name is CodePage {
  return Object.hasOwn(CODE_PAGE_TRAITS, name);
}

/** Usual names of the pages, in lower case. `ansi` is not one: it is another page in each country. */
const ALIASES: Readonly<Record<string, CodePage>> = {
  latin1: 'iso-8859-1',
  'latin-1': 'iso-8859-1',
  l1: 'iso-8859-1',
  'iso8859-1': 'iso-8859-1',
  iso88591: 'iso-8859-1',
  'iso_8859-1': 'iso-8859-1',
  cp819: 'iso-8859-1',
  latin9: 'iso-8859-15',
  'latin-9': 'iso-8859-15',
  'iso8859-15': 'iso-8859-15',
  iso885915: 'iso-8859-15',
  'iso_8859-15': 'iso-8859-15',
  ascii: 'us-ascii',
  'iso646-us': 'us-ascii',
  utf8: 'utf-8',
  utf_8: 'utf-8',
  utf16be: 'utf-16be',
  'ebcdic-br': 'cp275',
  'ebcdic-us': 'cp037',
  'ebcdic-int': 'cp500',
  cp37: 'cp037',
};
/** Prefixes of page numbers: `ibm-037`, `ibm037`, `cp1252`, `windows1252`, `win-1252`. */
const NUMBERED = /^(?:ibm|cp|windows|win|csibm|ccsid)[-_ ]?0*(\d+)$/;

/** The page of that name, or of a usual other name of it, in any case; undefined if there is none. */
export function codePageOf(name: string): CodePage | undefined {
  const known = name.trim().toLowerCase();
  if (isCodePage(known)) return known;
  const alias = Object.hasOwn(ALIASES, known) ? ALIASES[known] : undefined;
  if (alias) return alias;
  const number = NUMBERED.exec(known)?.[1];
  if (number === undefined) return undefined;
  return [`cp${number.padStart(3, '0')}`, `windows-${number}`].find(isCodePage);
}

export function isEncoding(codePage: CodePage): codePage is Encoding {
  return TRAITS[codePage].isFieldOnly !== true;
}

export function isByteTablePage(codePage: CodePage): codePage is ByteTablePage {
  return TRAITS[codePage].isByteTable;
}

export function isEbcdic(codePage: CodePage): boolean {
  return TRAITS[codePage].family === 'ebcdic';
}

/** Are its first 128 bytes the characters of ASCII? */
export function extendsAscii(codePage: CodePage): boolean {
  return TRAITS[codePage].family === 'ascii';
}

/** First byte of each run of characters that all EBCDIC pages have at the same place (IBM's syntactic character set). */
const EBCDIC_RUNS: [number, string][] = [
  [0x40, ' '],
  [0x4b, '.<(+'],
  [0x50, '&'],
  [0x5c, '*);'],
  [0x60, '-/'],
  [0x6b, ',%_>?'],
  [0x7a, ':'],
  [0x7d, '\'="'],
  [0x81, 'abcdefghi'],
  [0x91, 'jklmnopqr'],
  [0xa2, 'stuvwxyz'],
  [0xc1, 'ABCDEFGHI'],
  [0xd1, 'JKLMNOPQR'],
  [0xe2, 'STUVWXYZ'],
  [0xf0, '0123456789'],
];

const EBCDIC_BYTES = new Map(
  EBCDIC_RUNS.flatMap(([first, characters]) =>
    [...characters].map((character, index) => [character, first + index] as const),
  ),
);

/**
 * The bytes of a literal; undefined if the code page cannot hold one of its characters, or if the pages of the family have it at
 * different places.
 */
export function literalBytes(text: string, codePage: CodePage): Uint8Array | undefined {
  if (codePage === 'utf-8') return new TextEncoder().encode(text);
  const bytes: number[] = [];
  // By UTF-16 unit: no page has half of a surrogate pair as a character.
  for (const unit of text.split('')) {
    const byte = literalByte(unit, codePage);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function literalByte(character: string, codePage: CodePage): number | undefined {
  const { family, latin1 } = TRAITS[codePage];
  if (family === 'ebcdic') return EBCDIC_BYTES.get(character);
  if (family === 'utf-16') return undefined;
  const code = character.charCodeAt(0);
  if (code <= 0x7f) return code;
  return latin1 && code >= latin1.from && code <= 0xff && !latin1.except.includes(character)
    ? code
    : undefined;
}
