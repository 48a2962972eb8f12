import type { Layout } from '../layout/layout.ts';
import type { FormFinding, FormSample } from './form-sample.ts';
import { sampledRecords, type TextPlaces } from './text-places.ts';

const LF = 0x0a;
const FEWEST_BYTES = 16;
/** Less text than this, and the zeros may be those of binary numbers. */
const LEAST_TEXT_SHARE = 0.75;

/** Text of two bytes a character without a mark: every second byte is zero, and the others are not. */
export function utf16Text(sample: FormSample, layout: Layout, places: TextPlaces): FormFinding | undefined {
  const { format } = layout.record;
  if (format === 'rdw' || format === 'bdw' || places.wideShare < LEAST_TEXT_SHARE / 2) return undefined;
  const textBytes = places.kinds.filter((kind) => kind === 1).length;
  if (!places.isAllText && textBytes < places.kinds.length * LEAST_TEXT_SHARE) return undefined;
  const [even, odd] = zeroShares(sample);
  const [most, few] = places.isAllText ? [0.5, 0.02] : [0.9, 0.05];
  const order = odd >= most && even <= few ? 'LE' : even >= most && odd <= few ? 'BE' : undefined;
  if (!order || (format === 'lines' && !lineEndsFit(sample, order))) return undefined;
  return utf16Finding(order, layout);
}

export function utf16Finding(order: 'LE' | 'BE', { encoding }: Layout): FormFinding {
  return {
    what: `it is UTF-16${order}, two bytes a character ("Unicode" in Windows programs), and the layout says ${encoding}`,
    next: 'Have it sent as UTF-8 or in the code page of the layout, or convert it: iconv -f UTF-16 -t UTF-8.',
  };
}

/** The share of zeros among the bytes at even and at odd places. */
function zeroShares({ windows, sizeBytes }: FormSample): [number, number] {
  const zeros = [0, 0];
  const counts = [0, 0];
  // Few files have any, and to look for one is a fraction of counting.
  if (sizeBytes < FEWEST_BYTES || windows.every(({ bytes }) => !bytes.includes(0))) return [0, 0];
  for (const { startByte, bytes } of windows) {
    for (let at = 0; at < bytes.length; at++) {
      const parity = (startByte + at) & 1;
      counts[parity]!++;
      if (bytes[at] === 0) zeros[parity]!++;
    }
  }
  return [zeros[0]! / Math.max(1, counts[0]!), zeros[1]! / Math.max(1, counts[1]!)];
}

/** Is every line feed half of a character, as it is in UTF-16? */
function lineEndsFit({ windows, sizeBytes }: FormSample, order: 'LE' | 'BE'): boolean {
  for (const { startByte, bytes } of windows) {
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
      const other = order === 'LE' ? at + 1 : at - 1;
      if (startByte + other >= sizeBytes || other < 0 || other >= bytes.length) continue;
      if (bytes[other] !== 0 || (startByte + at) % 2 !== (order === 'LE' ? 0 : 1)) return false;
    }
  }
  return true;
}

/** National text with the low byte first, where the layout says utf-16be. */
export function swappedNationalText(
  sample: FormSample,
  layout: Layout,
  { national }: TextPlaces,
): FormFinding | undefined {
  if (national.length === 0) return undefined;
  const readings = sampledRecords(sample, layout);
  const isSwapped = (records: Iterable<Uint8Array>) => {
    let [total, high, low] = [0, 0, 0];
    for (const record of records) {
      for (const { startByte, endByte } of national) {
        for (let at = startByte; at + 1 < Math.min(endByte, record.length); at += 2) {
          const [first, second] = [record[at]!, record[at + 1]!];
          if (first === second) continue;
          total++;
          if (first === 0) high++;
          if (second === 0) low++;
        }
      }
    }
    return total >= FEWEST_BYTES / 2 && low >= total * 0.8 && high <= total * 0.05;
  };
  if (readings.length === 0 || !readings.every(isSwapped)) return undefined;
  return {
    what: 'its national text (the fields of utf-16be) has the low byte of each character first: it is UTF-16LE',
    next: 'Have these fields written with the high byte first, as a mainframe does; utf-16le is not read.',
  };
}
