import type { Kernel } from '../kernel/kernel.ts';
import {
  CHARACTER_SLOT_BYTES,
  CODE_ASCII,
  CODE_LATIN1,
  CODE_UTF8,
  KEEP_ALL,
  KEEP_ALPHANUMERIC,
  KEEP_DIGITS,
  WRITE_MARGIN_BYTES,
} from '../kernel/shapes.ts';
import type { Field, Keep } from '../layout/field.ts';
import { spaceOf } from './ascii-form.ts';
import { asciiRuns } from './ascii-runs.ts';
import { type CodePageName, UTF8_SLOT_BYTES, type Utf8Table, utf8Table } from './code-pages.ts';
import type { FieldVector, FillVector } from './field-vector.ts';
import { paddingBytes } from './padding.ts';

/** Code pages that the kernel reads without a table. */
const ENCODING_CODES = {
  'iso-8859-1': CODE_LATIN1,
  'us-ascii': CODE_ASCII,
  'utf-8': CODE_UTF8,
};

const KEEP_CODES: Record<Keep, number> = {
  all: KEEP_ALL,
  alphanumeric: KEEP_ALPHANUMERIC,
  digits: KEEP_DIGITS,
};

/** The loop for texts: they become UTF-8, in memory of their own. */
export function textLoop(
  kernel: Kernel,
  field: Field,
  vector: FieldVector,
  capacityRecords: number,
): FillVector {
  const { encoding } = field;
  if (field.positions === 'characters') return narrowedTextLoop(kernel, field, vector, capacityRecords);
  switch (encoding) {
    case 'utf-16be':
      return nationalTextLoop(kernel, field, vector, capacityRecords);
    case 'iso-8859-1':
    case 'us-ascii':
    case 'utf-8':
      return plainTextLoop(kernel, field, ENCODING_CODES[encoding], vector, capacityRecords);
    default:
      return codedTextLoop(kernel, field, encoding, vector, capacityRecords);
  }
}

function plainTextLoop(
  kernel: Kernel,
  field: Field,
  code: number,
  { states, values }: FieldVector,
  capacityRecords: number,
): FillVector {
  const { call } = kernel;
  const { startByte: at } = field;
  const width = field.endByte - at;
  const side = kernel.allocate(capacityRecords * width * 2 + WRITE_MARGIN_BYTES);
  if (field.keep !== 'all') {
    const keep = KEEP_CODES[field.keep];
    return (records, count) => call.decodeKept(records, count, at, width, code, keep, side, states, values);
  }
  const trimStart = field.trim === 'both' ? 1 : 0;
  const trimEnd = field.trim === 'none' ? 0 : 1;
  return (records, count) =>
    call.decodeTexts(records, count, at, width, code, trimStart, trimEnd, side, states, values);
}

/** The loop for texts of narrowed records, whose characters are a byte each. */
function narrowedTextLoop(
  kernel: Kernel,
  field: Field,
  vector: FieldVector,
  capacityRecords: number,
): FillVector {
  // Only ASCII can be kept, and all codes of other characters are defined, as in ISO-8859-1.
  if (field.keep !== 'all') return plainTextLoop(kernel, field, CODE_LATIN1, vector, capacityRecords);
  const { call } = kernel;
  const { states, values } = vector;
  const { startByte: at, endByte, trim } = field;
  const width = endByte - at;
  const side = kernel.allocate(capacityRecords * width * CHARACTER_SLOT_BYTES + WRITE_MARGIN_BYTES);
  const trimStart = trim === 'both' ? 1 : 0;
  const trimEnd = trim === 'none' ? 0 : 1;
  // Headers and parents may be from elsewhere.
  const isOwn = field.origin.kind === 'record';
  return (records, count) =>
    isOwn && call.areLinesAscii()
      ? call.decodeTexts(records, count, at, width, CODE_ASCII, trimStart, trimEnd, side, states, values)
      : call.decodeNarrowedTexts(records, count, at, width, trimStart, trimEnd, side, states, values);
}

/** The loop for texts of a code page that needs a table. */
function codedTextLoop(
  kernel: Kernel,
  field: Field,
  encoding: CodePageName,
  { states, values }: FieldVector,
  capacityRecords: number,
): FillVector {
  const { call } = kernel;
  const { startByte: at, keep } = field;
  const width = field.endByte - at;
  const table = utf8Table(encoding);
  const ascii = kernel.place(asciiOrNone(table));
  const side = kernel.allocate(capacityRecords * width * UTF8_SLOT_BYTES + WRITE_MARGIN_BYTES);
  if (keep !== 'all') {
    const kept = kernel.place(keptBytes(table, keep));
    return (records, count) =>
      call.decodeCodedKept(records, count, at, width, ascii, kept, side, states, values);
  }
  const runs = kernel.place(asciiRuns(asciiOrNone(table)));
  const lengths = kernel.place(table.lengths);
  const slots = kernel.place(table.bytes);
  const padding = kernel.place(paddingBytes(encoding));
  const space = spaceOf(encoding);
  const start = field.trim === 'both' ? 1 : 0;
  const end = field.trim === 'none' ? 0 : 1;
  return (records, count) =>
    call.decodeCodedTexts(
      records,
      count,
      at,
      width,
      runs,
      ascii,
      lengths,
      slots,
      padding,
      space,
      start,
      end,
      side,
      states,
      values,
    );
}

/** By byte: its ASCII character, or 0x80 if it has none. */
function asciiOrNone({ lengths, bytes }: Utf8Table): Uint8Array {
  return lengths.map((length, byte) => (length === 1 ? bytes[byte * UTF8_SLOT_BYTES]! : 0x80));
}

/** By byte: 1 if it is kept, 0 if it is dropped, 0x80 if the page does not define it, since dropped bytes must be defined too. */
function keptBytes({ lengths, bytes }: Utf8Table, keep: Keep): Uint8Array {
  const pattern = keep === 'digits' ? /[0-9]/ : /[0-9A-Za-z]/;
  return lengths.map((length, byte) => {
    if (length === 0) return 0x80;
    return length === 1 && pattern.test(String.fromCharCode(bytes[byte * UTF8_SLOT_BYTES]!)) ? 1 : 0;
  });
}

/** The loop for national text: UTF-16, turned into UTF-8. */
function nationalTextLoop(
  kernel: Kernel,
  field: Field,
  { states, values }: FieldVector,
  capacityRecords: number,
): FillVector {
  const { startByte: at, endByte, keep, trim } = field;
  const width = endByte - at;
  const kept = KEEP_CODES[keep];
  const side = kernel.allocate(capacityRecords * width * 2 + WRITE_MARGIN_BYTES);
  const trimStart = keep === 'all' && trim === 'both' ? 1 : 0;
  const trimEnd = keep === 'all' && trim !== 'none' ? 1 : 0;
  return (records, count) =>
    kernel.call.decodeNational(records, count, at, width, kept, trimStart, trimEnd, side, states, values);
}
