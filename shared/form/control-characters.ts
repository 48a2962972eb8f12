import type { Layout } from '../layout/layout.ts';
import type { FormFinding, FormSample } from './form-sample.ts';
import { byteHistogram, sampledRecords, type TextPlaces } from './text-places.ts';

/** NEL, which a conversion from EBCDIC leaves behind. */
const NEL = 0x85;
/** Places of quotation marks, dashes, the euro and the like in windows-1252; letters in cp850. */
const WINDOWS_SIGNS = [0x80, 0x82, 0x84, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99];
/** From this share of the bytes above 7F on, they are no accident. */
const CLEAR_SHARE = 0.2;
const FEWEST = 2;
/** Text has hardly any control character below 20, whatever its page; of compressed or compiled bytes a tenth are such. */
const BINARY_SHARE = 0.01;

/** What the bytes 80 to 9F in the text of a Latin page say: in ISO-8859 they are control characters, which no text has. */
interface LatinControls {
  /** Beyond doubt. */
  finding?: FormFinding;
  /** A few, which may be accidents. */
  warning?: string;
}

export function latinControls(sample: FormSample, layout: Layout, places: TextPlaces): LatinControls {
  const { encoding } = layout;
  if (!encoding.startsWith('iso-8859')) return {};
  // To look where a byte stands takes longer than to count all: most text has none of them.
  if (places.isAllText && !hasControls(byteHistogram(sample))) return {};
  const readings = sampledRecords(sample, layout).map((records) => controlsOf(records, places));
  const [first] = readings;
  if (!first || readings.some(({ controls }) => controls === 0)) return {};
  const pages =
    first.signs * 2 > first.controls && first.signs > first.inWords
      ? 'windows-1252 (quotation marks, dashes), or cp850 (letters)'
      : 'cp850 (letters), or windows-1252 (quotation marks, dashes)';
  const isBinary = readings.every(({ text, low }) => low >= FEWEST && low >= text * BINARY_SHARE);
  if (isBinary) return { finding: NO_TEXT };
  const what = `its text has the bytes 80 to 9F, which are control characters in ${encoding} and no text: the page is most likely ${pages}`;
  if (readings.some(({ controls, high }) => controls < FEWEST || controls < high * CLEAR_SHARE)) {
    return { warning: `${what}. ${first.controls} such bytes were seen at the samples' places.` };
  }
  return { finding: { what, next: 'Say the right page as "encoding" in the layout.' } };
}

const NO_TEXT: FormFinding = {
  what: 'its text has control characters throughout, below 20 and from 80 to 9F, which text of no page has: most likely it is no text, but an archive, a program or a table of another format',
  next: 'Check that it is the right file. If it has numbers in binary or packed form, say their usage in the layout.',
};

function hasControls(counts: Uint32Array): boolean {
  for (let byte = 0x80; byte <= 0x9f; byte++) if (byte !== NEL && counts[byte]! > 0) return true;
  return false;
}

function controlsOf(records: Iterable<Uint8Array>, { kinds, isAllText }: TextPlaces) {
  const counts = { text: 0, high: 0, controls: 0, low: 0, signs: 0, inWords: 0 };
  for (const record of records) {
    const end = Math.min(record.length, kinds.length);
    for (let at = 0; at < end; at++) {
      const byte = record[at]!;
      if (!(kinds[at] === 1 || (isAllText && kinds[at] === 0))) continue;
      counts.text++;
      if (isLowControl(byte)) counts.low++;
      if (byte < 0x80) continue;
      counts.high++;
      if (byte > 0x9f || byte === NEL) continue;
      counts.controls++;
      if (WINDOWS_SIGNS.includes(byte)) counts.signs++;
      if (isLetter(record[at - 1]) && isLetter(record[at + 1])) counts.inWords++;
    }
  }
  return counts;
}

/** NUL fills fields, tabs and ends of lines and of pages are in text, and 1A ends files. */
function isLowControl(byte: number): boolean {
  return byte < 0x20 && byte !== 0 && !(byte >= 0x09 && byte <= 0x0d) && byte !== 0x1a && byte !== 0x1b;
}

function isLetter(byte = 0): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
