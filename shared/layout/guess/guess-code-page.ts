import type { CodePage } from '../code-page.ts';

/** The code page that the text of a file seems to have, and why. */
interface CodePageGuess {
  codePage: CodePage;
  reason: string;
}

/**
 * EBCDIC has its blank at 40, digits at F0 to F9 and letters above 80, where ASCII has nothing that a bank writes. Which
 * EBCDIC page it is cannot be seen: letters and digits are at the same place in all of them.
 */
export function guessCodePage(head: Uint8Array): CodePageGuess {
  let ebcdic = 0;
  let ascii = 0;
  let high = 0;
  let control = 0;
  for (const byte of head) {
    if (isEbcdicText(byte)) ebcdic++;
    if (byte >= 0x20 && byte <= 0x7e && byte !== 0x40) ascii++;
    if (byte >= 0x80) high++;
    if (byte >= 0x80 && byte <= 0x9f) control++;
  }
  if (ebcdic > ascii) {
    return {
      codePage: 'cp037',
      reason: `${percent(ebcdic, head.length)} of the bytes are blanks, digits and letters of EBCDIC; cp037 is proposed for any of its pages, which differ only in accents and signs such as [ ] !`,
    };
  }
  if (high === 0) return { codePage: 'us-ascii', reason: 'no byte is above 7F' };
  if (isUtf8(head)) return { codePage: 'utf-8', reason: 'every byte above 7F is part of a UTF-8 character' };
  if (control > 0)
    return { codePage: 'windows-1252', reason: 'there are bytes from 80 to 9F, and they are not UTF-8' };
  return { codePage: 'iso-8859-1', reason: 'there are bytes from A0 to FF, and they are not UTF-8' };
}

/** Blank, letter or digit of EBCDIC. */
function isEbcdicText(byte: number): boolean {
  const low = byte & 0x0f;
  if (byte === 0x40) return true;
  if (byte >= 0xf0) return low <= 9;
  return byte >= 0x81 && byte <= 0xe9 && low >= 1 && low <= 9 && (byte & 0x30) !== 0x30;
}

function isUtf8(head: Uint8Array): boolean {
  try {
    // The head may end within a character.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

export function percent(part: number, whole: number): string {
  return `${whole === 0 ? 0 : Math.round((100 * part) / whole)} %`;
}
