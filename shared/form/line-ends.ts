import { extendsAscii } from '../layout/code-page.ts';
import type { Layout } from '../layout/layout.ts';
import { type FormFinding, type FormSample, headOf } from './form-sample.ts';

const CR = 0x0d;
const LF = 0x0a;
const NEL = 0x15;
const EBCDIC_LF = 0x25;
/** One line alone may have been damaged. */
const FEWEST_LINES = 2;
/** Ctrl-Z and line ends may follow the last record. */
const FILLINGS = [CR, LF, NEL, EBCDIC_LF, 0x1a];

/** Lines that end with another byte than the layout's, or with one more. */
export function otherLineEnd(sample: FormSample, layout: Layout): FormFinding | undefined {
  const { format, lineEndByte } = layout.record;
  if (format !== 'lines') return undefined;
  return sample.windows.some(({ bytes }) => bytes.includes(lineEndByte))
    ? doubledReturn(sample, lineEndByte)
    : missingLineEnd(sample, layout);
}

/** A transfer in text mode puts a CR before each LF, also if one is there. */
function doubledReturn({ windows }: FormSample, lineEndByte: number): FormFinding | undefined {
  let count = 0;
  for (const { bytes } of windows) {
    for (let at = bytes.indexOf(lineEndByte, 2); at >= 0; at = bytes.indexOf(lineEndByte, at + 1)) {
      if (bytes[at - 1] !== CR || bytes[at - 2] !== CR) return undefined;
      count++;
    }
  }
  if (count < FEWEST_LINES) return undefined;
  return {
    what: `its lines end with CR CR ${NAMES[lineEndByte]}`,
    next: "A transfer in text mode added a CR to each. Have it sent in binary mode, or take the CRs away on arrival: tr -d '\\r'.",
  };
}

/** Another byte cuts the file into records that are not too long. */
function missingLineEnd(sample: FormSample, layout: Layout): FormFinding | undefined {
  const { lineEndByte, lengthBytes, fileHeaderBytes } = layout.record;
  const head = headOf(sample).subarray(fileHeaderBytes);
  let end = head.length;
  while (end > 0 && FILLINGS.includes(head[end - 1]!)) end--;
  // One record that may lack its line end.
  if (end <= lengthBytes) return undefined;
  const ascii = extendsAscii(layout.encoding);
  const others = (ascii ? [CR, NEL, EBCDIC_LF] : [NEL, EBCDIC_LF, LF, CR]).filter(
    (byte) => byte !== lineEndByte,
  );
  const found = others.find((byte) => cutsInto(head, byte, lengthBytes));
  if (found === undefined) return undefined;
  const isLineEndOfEbcdic = !ascii && (found === NEL || found === EBCDIC_LF);
  return {
    what: `its lines end with ${NAMES[found]}, and the layout's with ${NAMES[lineEndByte]}`,
    next: isLineEndOfEbcdic
      ? `Say "lineEnd": "${found === NEL ? 'nel' : 'lf'}" in record of the layout.`
      : `Have it sent with ${ascii ? 'LF or CR LF' : 'NEL (15) or LF (25) of EBCDIC'} at the end of each line, or convert it on arrival${found === CR ? ": tr '\\r' '\\n'" : ''}.`,
  };
}

const NAMES: Record<number, string> = {
  [CR]: 'CR alone (0D)',
  [LF]: 'LF (0A)',
  [NEL]: 'NEL of EBCDIC (15)',
  [EBCDIC_LF]: 'LF of EBCDIC (25)',
};

/** Is every piece between two of these bytes as long as a record at most? The last piece may be cut by the end of the head. */
function cutsInto(head: Uint8Array, byte: number, lengthBytes: number): boolean {
  let at = 0;
  let count = 0;
  for (;;) {
    const end = head.indexOf(byte, at);
    if ((end < 0 ? head.length : end) - at > lengthBytes + 1) return false;
    if (end < 0) return count > 0;
    count++;
    at = end + 1;
  }
}
