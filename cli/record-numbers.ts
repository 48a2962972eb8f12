import { open } from 'node:fs/promises';
import { statOf } from '../local/adapters/file-error.ts';
import type { Layout } from '../shared/layout/layout.ts';
import { type LedgerEntry, STANDARD_INPUT } from '../shared/run/ledger-entry.ts';

/** Counting the lines before a place reads all of them: further on it would take longer than people wait. */
const MOST_READ_BYTES = 1e9;
const CHUNK_BYTES = 1024 * 1024;

/** The numbers of the lines that begin at `offsets` of a file, from 1, as long as the file is there as it was; else none. */
export async function lineNumbers(
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
