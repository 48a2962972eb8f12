/**
 * Code pages a layout may name. What their bytes mean is said in shared/decode; here stand only the names, and of
 * EBCDIC the characters that all of these pages have at the same place.
 */
export const CODE_PAGES = [
  'iso-8859-1',
  'us-ascii',
  'utf-8',
  'iso-8859-15',
  'windows-1252',
  'cp037',
  'cp273',
  'cp275',
  'cp277',
  'cp278',
  'cp280',
  'cp284',
  'cp285',
  'cp297',
  'cp500',
  'cp870',
  'cp871',
  'cp1025',
  'cp1047',
  'cp1140',
  'cp1141',
  'cp1142',
  'cp1143',
  'cp1144',
  'cp1145',
  'cp1146',
  'cp1147',
  'cp1148',
  'cp1149',
  'utf-16be',
] as const;

export type CodePage = (typeof CODE_PAGES)[number];

export function isCodePage(name: string): name is CodePage {
  return (CODE_PAGES as readonly string[]).includes(name);
}

export function isEbcdic(codePage: CodePage): boolean {
  return codePage.startsWith('cp');
}

/** First byte of each run of characters that EBCDIC pages agree on (IBM's syntactic character set). */
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
 * The bytes of a literal, or undefined where it has a character that the code page cannot hold, or whose place
 * differs between the pages of its family.
 */
export function literalBytes(text: string, codePage: CodePage): Uint8Array | undefined {
  if (codePage === 'utf-8') return new TextEncoder().encode(text);
  if (codePage === 'utf-16be') return undefined;
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const byte = literalByte(text[index]!, codePage);
    if (byte === undefined) return undefined;
    bytes[index] = byte;
  }
  return bytes;
}

function literalByte(character: string, codePage: CodePage): number | undefined {
  if (isEbcdic(codePage)) return EBCDIC_BYTES.get(character);
  const code = character.charCodeAt(0);
  if (code <= 0x7f || (codePage === 'iso-8859-1' && code <= 0xff)) return code;
  if (codePage === 'windows-1252' && code >= 0xa0 && code <= 0xff) return code;
  const latin9 = codePage === 'iso-8859-15' && code >= 0xa0 && code <= 0xff && !/[¤¦¨´¸¼½¾]/.test(character);
  return latin9 ? code : undefined;
}
