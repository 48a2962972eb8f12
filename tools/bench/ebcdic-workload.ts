import { open } from 'node:fs/promises';
import { unicodeOf } from '../../shared/decode/code-pages.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import type { Field } from '../../shared/layout/field.ts';
import { firstDataset, type Layout } from '../../shared/layout/layout.ts';

/** Copies a field of the text file into the EBCDIC record: as text, or as packed digits. Positions are 0-based. */
interface Move {
  from: number;
  width: number;
  to: number;
  isPacked: boolean;
}

const BLOCK_RECORDS = 8192;
const LATIN1_TO_CP037 = new Uint8Array(256).fill(0x6f);
for (const [byte, unit] of unicodeOf('cp037').entries()) if (unit < 256) LATIN1_TO_CP037[unit] = byte;

/**
 * Turns a layout of text lines into one of records as a mainframe would hold them: cp037 without terminators, numbers and
 * dates packed. Fields that share positions still do.
 */
export function ebcdicLayout(textLayout: string): string {
  const text: { fields: { start: number; end: number; type: string }[] } = JSON.parse(textLayout);
  const places = new Map<string, { start: number; end: number }>();
  let at = 0;
  const fields = text.fields.map((field) => {
    const place = `${field.start}-${field.end}`;
    const isPacked = field.type !== 'string';
    const width = field.end - field.start + 1;
    const bytes = isPacked ? Math.floor(width / 2) + 1 : width;
    if (!places.has(place)) {
      places.set(place, { start: at + 1, end: at + bytes });
      at += bytes;
    }
    return { ...field, ...places.get(place), ...(isPacked && { usage: 'packed', signed: false }) };
  });
  return JSON.stringify({ ...text, encoding: 'cp037', record: { format: 'fixed', length: at }, fields });
}

/** Writes the lines of `textPath` as EBCDIC records to `path`. Returns their bytes. */
export async function writeEbcdic(textPath: string, path: string, textLayout: string): Promise<number> {
  const text = readLayout(textLayout, 'text');
  const ebcdic = readLayout(ebcdicLayout(textLayout), 'ebcdic');
  const moves = movesOf(text, ebcdic);
  const strideBytes = text.record.lengthBytes + 1;
  const { lengthBytes } = ebcdic.record;
  const source = await open(textPath);
  const target = await open(path, 'w');
  const lines = Buffer.alloc(BLOCK_RECORDS * strideBytes);
  let written = 0;
  for (;;) {
    const { bytesRead } = await source.read(lines, 0, lines.length);
    const count = Math.floor(bytesRead / strideBytes);
    if (count === 0) break;
    const records = Buffer.alloc(count * lengthBytes, 0x40);
    for (let index = 0; index < count; index++) {
      for (const move of moves) put(move, lines, index * strideBytes, records, index * lengthBytes);
    }
    await target.write(records);
    written += records.length;
  }
  await source.close();
  await target.close();
  return written;
}

function movesOf(text: Layout, ebcdic: Layout): Move[] {
  const targets = firstDataset(ebcdic).fields;
  return firstDataset(text).fields.map(({ startByte, endByte }: Field, index) => {
    const target = targets[index]!;
    return {
      from: startByte,
      width: endByte - startByte,
      to: target.startByte,
      isPacked: target.usage === 'packed',
    };
  });
}

function put(
  { from, width, to, isPacked }: Move,
  line: Buffer,
  lineAt: number,
  record: Buffer,
  recordAt: number,
) {
  if (!isPacked) {
    for (let index = 0; index < width; index++) {
      record[recordAt + to + index] = LATIN1_TO_CP037[line[lineAt + from + index]!]!;
    }
    return;
  }
  // From the last digit, which shares its byte with the sign, back to the first.
  let half = Math.floor(width / 2) * 2 + 1;
  record.fill(0, recordAt + to, recordAt + to + (half + 1) / 2);
  record[recordAt + to + ((half - 1) >> 1)] = 0x0f;
  for (let digit = width - 1; digit >= 0; digit--) {
    half--;
    const place = recordAt + to + (half >> 1);
    const value = line[lineAt + from + digit]! & 0x0f;
    record[place] = record[place]! | (half % 2 === 0 ? value << 4 : value);
  }
}
