import { extendsAscii } from '../layout/code-page.ts';
import type { Layout } from '../layout/layout.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import { isFilling } from '../ranges/terminators.ts';
import { type FormFinding, type FormSample, tailOf } from './form-sample.ts';
import { textPlaces } from './text-places.ts';

const CR = 0x0d;
const LF = 0x0a;
export type TerminatorBytes = 0 | 1 | 2;
const TERMINATOR_BYTES = { none: 0, lf: 1, crlf: 2 } as const satisfies Record<string, TerminatorBytes>;
const NAMES = { 0: 'none', 1: 'lf', 2: 'crlf' } as const;

/** So many ends of records in a row are no accident, whatever bytes the records may hold. */
const FEWEST_ENDS = 3;
/** From this share of ends on, a file has terminators, and some records are damaged. */
const MOSTLY_SHARE = 0.9;
/** Below it, they are bytes of records that look like terminators. */
const RARELY_SHARE = 0.5;

/** What the sample says of one terminator. */
interface Trial {
  terminatorBytes: TerminatorBytes;
  /** By its size, the file is whole records with it. */
  fits: boolean;
  /** Ends of records in the sample, and how many of them have it. */
  ends: number;
  held: number;
}

/**
 * The terminator of fixed records: as the layout says, or proven by the size of the file and by the end of every record of the sample,
 * never by one alone: a binary number may begin with 0A. What cannot be decided is a finding.
 *
 *     12 bytes a record, 156 bytes      13 records without, or 12 with LF, which must then stand at 12, 25, 38 …
 */
export function fixedTerminator(
  sample: FormSample,
  layout: Layout,
  span: ByteRange,
): { terminatorBytes: TerminatorBytes } | { unclear: FormFinding } {
  const { terminator, lengthBytes } = layout.record;
  const trial = (terminatorBytes: TerminatorBytes) =>
    tryTerminator(sample, span, lengthBytes, terminatorBytes);
  if (terminator) {
    const declared = trial(TERMINATOR_BYTES[terminator]);
    return isRare(declared) ? { unclear: notAsDeclared(terminator, declared) } : declared;
  }
  const trials = [trial(2), trial(1)];
  // One record, and bytes after it that belong to none: both readings give the same record.
  const isOne = span.endByte - span.startByte < 2 * lengthBytes;
  const { isAllText } = textPlaces(layout);
  const mayHoldLineFeeds = !isAllText || !extendsAscii(layout.encoding);
  const isProven = ({ ends, held }: Trial) =>
    ends > 0 && held === ends && (isOne || ends >= FEWEST_ENDS || !mayHoldLineFeeds);
  const proven = trials.find(isProven);
  if (proven) return proven;
  const possible = trials.filter((other) => !isRare(other) && (other.fits || isMost(other)));
  const [first] = possible;
  const none = trial(0);
  if (!none.fits) return first ?? none;
  return first ? { unclear: eitherWay(first, lengthBytes, span) } : none;
}

function isRare({ ends, held }: Trial): boolean {
  return ends > 0 && held < ends * RARELY_SHARE;
}

function isMost({ ends, held }: Trial): boolean {
  return ends >= FEWEST_ENDS && held >= ends * MOSTLY_SHARE;
}

function tryTerminator(
  sample: FormSample,
  span: ByteRange,
  lengthBytes: number,
  terminatorBytes: TerminatorBytes,
): Trial {
  const strideBytes = lengthBytes + terminatorBytes;
  const trial = { terminatorBytes, fits: fits(sample, span, lengthBytes, strideBytes), ends: 0, held: 0 };
  if (terminatorBytes === 0) return { ...trial, ends: 0 };
  for (const { startByte, bytes } of sample.windows) {
    const before = Math.max(0, Math.ceil((startByte - span.startByte - lengthBytes) / strideBytes));
    let end = span.startByte + before * strideBytes + lengthBytes;
    const lastByte = Math.min(startByte + bytes.length, span.endByte);
    for (; end + terminatorBytes <= lastByte; end += strideBytes) {
      const at = end - startByte;
      trial.ends++;
      const isLf = bytes[at + terminatorBytes - 1] === LF;
      if (isLf && (terminatorBytes === 1 || bytes[at] === CR)) trial.held++;
    }
  }
  return trial.ends === 0 ? { ...trial, fits: false } : trial;
}

/** Whole records; the last may lack its terminator, and line ends and Ctrl-Z may follow it. */
function fits(sample: FormSample, span: ByteRange, lengthBytes: number, strideBytes: number): boolean {
  const sizeBytes = span.endByte - span.startByte;
  const rest = sizeBytes % strideBytes;
  const after = rest >= lengthBytes ? rest - lengthBytes : rest;
  if (after === 0) return true;
  const beyondSpan = sample.sizeBytes - span.endByte;
  const tail = tailOf(sample, beyondSpan + after).subarray(0, after);
  return tail.length === after && tail.every((byte) => isFilling(byte));
}

function notAsDeclared(terminator: string, { ends, held }: Trial): FormFinding {
  return {
    what: `the layout says record.terminator '${terminator}', and only ${held} of ${ends} ends of records that were looked at have it`,
    next: 'Check record.length and record.terminator of the layout, or ask for the file to be sent again.',
  };
}

function eitherWay(
  { terminatorBytes, ends, held }: Trial,
  lengthBytes: number,
  span: ByteRange,
): FormFinding {
  return {
    what: `its ${span.endByte - span.startByte} bytes may be records of ${lengthBytes} bytes without terminators, or with ${NAMES[terminatorBytes]} after each`,
    why: `Of ${ends} ends of records that were looked at, ${held} have such a terminator`,
    next: `Say "terminator": "none", or "terminator": "${NAMES[terminatorBytes]}", in record of the layout.`,
  };
}
