/**
 * Writes shared/decode/code-page-tables.ts from the mappings that ICU, Unicode's library, carries: `node tools/code-pages/main.ts`.
 * Needs `uconv` (Debian: icu-devtools; made with ICU 72.1). The file is committed; this is run only to add a page.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ByteTablePage, CODE_PAGES, isByteTablePage } from '../../shared/layout/code-page.ts';

const OUTPUT = fileURLToPath(new URL('../../shared/decode/code-page-tables.ts', import.meta.url));

/**
 * Brazil's page is not in the library's usual build. IBM's mapping of it (CDRA 34B00113.RPMAP100, which Unicode's ICU data
 * project publishes as ibm-275_P100-1995) is cp500 except for these bytes. The 160 bytes that glibc's IBM275 defines, from
 * IBM's National Language Support Reference Manual of 1990, say the same, and all 256 are Latin-1, each character once.
 */
const CP275_BESIDE_CP500 = '46` 48¦ 4aÉ 51} 5a$ 5bÇ 66@ 68] 6aç 71[ 79ã 7bÕ 7cÃ c0õ cf{ d0é ef#';

const UNDEFINED_OF_WINDOWS: Partial<Record<ByteTablePage, number[]>> = {
  'windows-1250': [0x81, 0x83, 0x88, 0x90, 0x98],
  'windows-1251': [0x98],
  'windows-1252': [0x81, 0x8d, 0x8f, 0x90, 0x9d],
};

const tables = CODE_PAGES.filter(isByteTablePage).map((page) => ({ page, units: unitsOfPage(page) }));
writeFileSync(OUTPUT, sourceOf(tables));

function unitsOfPage(page: ByteTablePage): Uint16Array {
  if (page === 'cp275') return brazilianUnits();
  // ICU calls IBM's pages, of EBCDIC and of ASCII, by their numbers without leading zeros.
  const units = unitsOf(page.replace(/^cp0*/, 'ibm-'));
  // ICU follows Windows, which lets some bytes through as control characters; Unicode's CP1252.TXT and the like do not define them.
  for (const byte of UNDEFINED_OF_WINDOWS[page] ?? []) units[byte] = 0xffff;
  // IBM's mappings of its PC pages turn three control characters round; those of Unicode and libc leave them in their ASCII places.
  if (page === 'cp437' || page === 'cp850') for (const byte of [0x1a, 0x1c, 0x7f]) units[byte] = byte;
  // The micro sign, as Unicode's CP437.TXT, libc and cp850 have it; ICU has the Greek letter.
  if (page === 'cp437') units[0xe6] = 0xb5;
  return units;
}

function brazilianUnits(): Uint16Array {
  const units = unitsOf('ibm-500');
  for (const difference of CP275_BESIDE_CP500.split(' ')) {
    units[Number.parseInt(difference.slice(0, 2), 16)] = difference.charCodeAt(2);
  }
  return units;
}

/** The character of each byte in a converter of ICU: one UTF-16 code unit, or 0xFFFF if it has none. */
function unitsOf(converter: string): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    const converted = execFileSync(
      'uconv',
      ['--from-code', converter, '--to-code', 'UTF-16LE', '--from-callback', 'skip'],
      { input: Buffer.from([byte]) },
    );
    if (converted.length > 2) throw new Error(`${converter}: byte ${byte} is more than one code unit`);
    return converted.length === 0 ? 0xffff : converted.readUInt16LE();
  });
}

function sourceOf(pages: { page: string; units: Uint16Array }[]): string {
  const entries = pages
    .toSorted((a, b) => a.page.localeCompare(b.page, 'en', { numeric: true }))
    .map(({ page, units }) => {
      const text = Buffer.from(units.buffer).toString('base64');
      return `  ${/\W/.test(page) ? `'${page}'` : page}:\n    '${text}',`;
    });
  return `/**
 * The character of each byte of a code page: 256 UTF-16 code units, lower byte first, 0xFFFF where undefined, in base64.
 *
 * Made by tools/code-pages from the mappings of ICU 72.1 (© 1991-2022 Unicode, Inc., MIT-style Unicode licence), which are IBM's
 * own; cp275 and windows-1252 as said there. Not to be edited: test/decode/code-pages.test.ts compares it with another source.
 */
export const CODE_PAGE_TABLES = {
${entries.join('\n')}
} as const;
`;
}
