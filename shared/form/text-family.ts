import { isEbcdic } from '../layout/code-page.ts';
import type { Layout } from '../layout/layout.ts';
import type { FormFinding, FormSample } from './form-sample.ts';
import { type TextPlaces, textHistograms } from './text-places.ts';

/** Blanks, digits and letters without accents. The two sets have no byte in common. */
const ASCII_CORE = coreOf([0x20, 0x20], [0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]);
const EBCDIC_CORE = coreOf(
  ...[[0x40, 0x40] as const, [0x81, 0x89] as const, [0x91, 0x99] as const, [0xa2, 0xa9] as const],
  ...[[0xc1, 0xc9] as const, [0xd1, 0xd9] as const, [0xe2, 0xe9] as const, [0xf0, 0xf9] as const],
);
/** Blank and digits of ASCII, which are control characters in EBCDIC. A Greek page has letters where ASCII has them. */
const ASCII_BLANK_AND_DIGITS = coreOf([0x20, 0x20], [0x30, 0x39]);
/** Fillings, which say nothing of the family. */
const FILLINGS = [0x00, 0xff];
const FEWEST_BYTES = 8;
const SMALL_BYTES = 64;
const MOST_OTHER_SHARE = 0.05;

/** EBCDIC under a page of ASCII, and ASCII under EBCDIC. */
export function otherFamily(sample: FormSample, layout: Layout, places: TextPlaces): FormFinding | undefined {
  const readings = textHistograms(sample, layout, places);
  const ebcdic = isEbcdic(layout.encoding);
  if (readings.length === 0 || !readings.every((counts) => isOther(counts, ebcdic))) return undefined;
  const found = ebcdic ? 'ASCII' : 'EBCDIC';
  return {
    what: `its text is ${found}, and the layout says ${layout.encoding}, a page of ${ebcdic ? 'EBCDIC' : 'ASCII'}`,
    next: ebcdic
      ? 'It was converted on its way: say the code page that it is in now, such as "encoding": "iso-8859-1", or have it sent in binary. Packed and binary numbers do not survive a conversion.'
      : 'Say its code page in the layout, such as "encoding": "cp037" (Brazil: cp275), or have it converted to text by the transfer.',
  };
}

function isOther(counts: Uint32Array, ebcdic: boolean): boolean {
  const total = counts.reduce((sum, count, byte) => sum + (FILLINGS.includes(byte) ? 0 : count), 0);
  if (total < FEWEST_BYTES) return false;
  const share = (core: Uint8Array) =>
    counts.reduce((sum, count, byte) => sum + (core[byte] ? count : 0), 0) / total;
  const wanted = share(ebcdic ? ASCII_CORE : EBCDIC_CORE);
  if (wanted < (total < SMALL_BYTES ? 0.95 : 0.8)) return false;
  if (ebcdic && share(ASCII_BLANK_AND_DIGITS) === 0) return false;
  return share(ebcdic ? EBCDIC_CORE : ASCII_CORE) <= MOST_OTHER_SHARE;
}

function coreOf(...runs: (readonly [number, number])[]): Uint8Array {
  const core = new Uint8Array(256);
  for (const [first, last] of runs) core.fill(1, first, last + 1);
  return core;
}
