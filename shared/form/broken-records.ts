import { extendsAscii } from '../layout/code-page.ts';
import type { Layout } from '../layout/layout.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import type { FormFinding, FormSample } from './form-sample.ts';
import { textPlaces } from './text-places.ts';

const CR = 0x0d;
const LF = 0x0a;
/** So many records in a row are no accident. */
const FEWEST_RECORDS = 3;
/** Fewer broken ones are damaged records, and each is judged when it is read. */
const MOSTLY_SHARE = 0.5;

/**
 * Fixed records that do not end where they should, in most of a window of the sample: one before them has another length. Where the windows
 * are follows from the size of the file alone, so that the verdict never depends on where it is cut into ranges.
 */
export function brokenRecords(
  sample: FormSample,
  layout: Layout,
  span: ByteRange,
  terminatorBytes: number,
): FormFinding | undefined {
  const { lengthBytes } = layout.record;
  if (terminatorBytes === 0 && mayHoldAnyByte(layout)) return undefined;
  const strideBytes = lengthBytes + terminatorBytes;
  for (const { startByte, bytes } of sample.windows) {
    const before = Math.max(0, Math.ceil((startByte - span.startByte) / strideBytes));
    const lastByte = Math.min(startByte + bytes.length, span.endByte);
    let first: number | undefined;
    let count = 0;
    let broken = 0;
    for (let at = span.startByte + before * strideBytes; at + strideBytes <= lastByte; at += strideBytes) {
      count++;
      if (isWhole(bytes.subarray(at - startByte, at - startByte + strideBytes), terminatorBytes)) continue;
      broken++;
      first ??= at + strideBytes;
    }
    if (first !== undefined && broken >= FEWEST_RECORDS && broken > count * MOSTLY_SHARE)
      return notWhole(
        (first - span.startByte) / strideBytes,
        first,
        `${broken} of the ${count} records around it do not.`,
      );
  }
  return undefined;
}

/** A record that does not end where it should, as the facts of a refusal. `recordNumber` counts from 1. */
export function notWhole(recordNumber: number, atByte: number, why: string): FormFinding {
  return {
    what: `record ${recordNumber} does not end where it should, at byte ${atByte}`,
    why: `It or a record before it has another length. ${why}`.trim(),
    next: 'Check record.length of the layout, or ask for the file to be sent again.',
  };
}

/** Does a record end with its terminator? Without terminators: is it free of line ends? */
function isWhole(record: Uint8Array, terminatorBytes: number): boolean {
  if (terminatorBytes === 0) return !record.includes(LF);
  return isTerminator(record.subarray(record.length - terminatorBytes));
}

/** LF, or CR LF. */
export function isTerminator(bytes: Uint8Array): boolean {
  return bytes.at(-1) === LF && (bytes.length === 1 || bytes[0] === CR);
}

/** False if all of a record is text in ASCII or a code page that extends it; otherwise a byte of it may look like a line feed. */
function mayHoldAnyByte(layout: Layout): boolean {
  return !textPlaces(layout).isAllText || !extendsAscii(layout.encoding);
}
