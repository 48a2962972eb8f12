import { open } from 'node:fs/promises';
import { statOf } from '../local/adapters/file-error.ts';
import type { Layout } from '../shared/layout/layout.ts';
import type { FilePlan } from '../shared/run/file-plan.ts';
import { type LedgerEntry, STANDARD_INPUT } from '../shared/run/ledger-entry.ts';

/** Counting the lines before a place reads all of them: further on it would take longer than people wait. */
const MOST_READ_BYTES = 1e9;
const CHUNK_BYTES = 1024 * 1024;
const TERMINATOR_BYTES = { none: 0, lf: 1, crlf: 2 };

/** How people find a record in its file: its line in a text, its number from 1 among records of one length. */
export interface RecordNumbers {
  word: 'line' | 'record';
  /** By the byte that the record begins at; none where it is not known. */
  numbers: ReadonlyMap<number, number>;
}

/** The numbers of the records that begin at `offsets` of a file; of records of one length the plan of a run of it says how far apart they are. */
export async function recordNumbers(
  layout: Layout,
  entry: LedgerEntry,
  plan: Pick<FilePlan, 'geometry' | 'leadingBytes'> | undefined,
  offsets: readonly number[],
): Promise<RecordNumbers> {
  const { format, terminator, lengthBytes, fileHeaderBytes } = layout.record;
  if (format !== 'fixed') return { word: 'line', numbers: await lineNumbers(layout, entry, offsets) };
  const stated = terminator === undefined ? undefined : lengthBytes + TERMINATOR_BYTES[terminator];
  const strideBytes = plan?.geometry.strideBytes ?? stated;
  const numbers = new Map<number, number>();
  for (const offset of offsets) {
    const number = strideBytes && (offset - (plan?.leadingBytes ?? fileHeaderBytes)) / strideBytes + 1;
    if (number && Number.isInteger(number) && number > 0) numbers.set(offset, number);
  }
  return { word: 'record', numbers };
}

/** The numbers of the lines that begin at `offsets` of a file, from 1, as long as the file is there as it was; else none. */
async function lineNumbers(
  { record }: Layout,
  { origin, inputBytes }: Pick<LedgerEntry, 'origin' | 'inputBytes'>,
  offsets: readonly number[],
): Promise<Map<number, number>> {
  const numbers = new Map<number, number>();
  const wanted = [...new Set(offsets)].filter((offset) => offset < MOST_READ_BYTES).sort((a, b) => a - b);
  if (origin === undefined || origin === STANDARD_INPUT) return numbers;
  if (record.format !== 'lines' || wanted.length === 0) return numbers;
  if ((await statOf(origin))?.size !== inputBytes) return numbers;
  const handle = await open(origin, 'r').catch(() => undefined);
  if (!handle) return numbers;
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    let [line, at] = [1, 0];
    for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
      let last = record.lineEndByte;
      while (at < next) {
        const { bytesRead } = await handle.read(chunk, 0, Math.min(CHUNK_BYTES, next - at), at);
        if (bytesRead === 0) return numbers;
        for (const byte of chunk.subarray(0, bytesRead)) if (byte === record.lineEndByte) line++;
        last = chunk[bytesRead - 1]!;
        at += bytesRead;
      }
      // Elsewhere than after a line end the file is not the one that was read: it was compressed, or is another by now.
      if (last !== record.lineEndByte) return new Map();
      numbers.set(next, line);
    }
    return numbers;
  } finally {
    await handle.close();
  }
}
