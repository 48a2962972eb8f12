import { CODE_PAGES, codePageOf, type Encoding, isEncoding } from '../code-page.ts';
import { didYouMean } from '../did-you-mean.ts';

/** Checks the code page of a whole file; `at` is its key. */
export function compileEncoding(name: string, at: string, problems: string[]): Encoding {
  const page = codePageOf(name);
  if (!page) problems.push(`'${at}' is '${name}'${meantPage(name) ?? didYouMean(name, CODE_PAGES)}`);
  else if (!isEncoding(page)) problems.push(`'${at}' is '${name}', which is for single fields only`);
  else return page;
  return 'us-ascii';
}

/** What people call a family of pages, none of which has that name alone. */
const FAMILIES: [name: RegExp, text: string][] = [
  [
    /ebcdic|mainframe|z\/?os|as.?400|host/,
    'EBCDIC has many pages: cp037 (US, Brazil), cp500 (international) and cp1047 (z/OS Unix) are usual',
  ],
  [/ansi|western|windows/, 'Windows in western languages is windows-1252'],
  [/^(?:dos|oem|msdos)/, 'DOS in western languages is cp850, in the US cp437'],
  [/utf.?16|ucs|unicode|utf.?32/, 'a whole file may be utf-8; fields of national text in it may be utf-16be'],
  [/latin|iso/, 'western languages without the euro sign are iso-8859-1, with it iso-8859-15'],
];

/** ` (…)` for the name of a family; undefined for other names. */
function meantPage(name: string): string | undefined {
  const [, text] = FAMILIES.find(([family]) => family.test(name.toLowerCase())) ?? [];
  return text === undefined ? undefined : ` (${text}; valid: ${CODE_PAGES.join(', ')})`;
}
