import type { Layout } from '../layout/layout.ts';
import type { ByteRange } from '../ranges/byte-range.ts';

/** A piece of a file, of at most some 64 KiB. */
export interface SampleWindow {
  /** Of the file, or of the decompressed bytes of a compressed one. */
  startByte: number;
  bytes: Uint8Array;
}

/** The head of a file, and a few pieces further in; the whole file if it is small. */
export interface FormSample {
  sizeBytes: number;
  /** The first begins at byte 0. They are in order and do not overlap. */
  windows: SampleWindow[];
}

/** What a file is instead of what its layout says, as the facts of a refusal. */
export interface FormFinding {
  what: string;
  why?: string | undefined;
  next: string;
}

const WINDOW_BYTES = 64 * 1024;
const WINDOW_COUNT = 7;
/** Of a file that is a little larger than a sample, shorter windows: to look at a third of it would take as long as to read it. */
const LEAST_WINDOW_BYTES = 16 * 1024;
const MOST_SHARE = 1 / 8;

/** The places of a sample's windows; `reachBytes` is how much of each end can be read without reading everything before it. */
export function windowRanges(sizeBytes: number, reachBytes = Number.POSITIVE_INFINITY): ByteRange[] {
  if (sizeBytes <= WINDOW_COUNT * WINDOW_BYTES) return [{ startByte: 0, endByte: sizeBytes }];
  const share = Math.floor((sizeBytes * MOST_SHARE) / WINDOW_COUNT);
  const windowBytes = Math.min(Math.max(share, LEAST_WINDOW_BYTES), WINDOW_BYTES);
  const last = sizeBytes - windowBytes;
  const starts = Array.from({ length: WINDOW_COUNT }, (_, index) => {
    const start = (last * index) / (WINDOW_COUNT - 1);
    if (start + windowBytes <= reachBytes || start >= sizeBytes - reachBytes) return start;
    return start < sizeBytes / 2 ? (reachBytes * index) / WINDOW_COUNT : last;
  });
  // Even places: UTF-16 is recognised by what stands at even and odd ones.
  const places = [...new Set(starts.map((start) => Math.floor(start / 2) * 2))].sort((a, b) => a - b);
  return places.map((startByte, index) => {
    const next = places[index + 1];
    return { startByte, endByte: next === undefined ? sizeBytes : Math.min(startByte + windowBytes, next) };
  });
}

export function headOf({ windows }: FormSample): Uint8Array {
  return windows[0]?.bytes ?? new Uint8Array();
}

/** The last bytes of the file, as far as the last window reaches. */
export function tailOf({ windows }: FormSample, lengthBytes: number): Uint8Array {
  const last = windows.at(-1)?.bytes ?? new Uint8Array();
  return last.subarray(Math.max(0, last.length - lengthBytes));
}

/** Is the whole file in its windows? */
export function isWhole({ sizeBytes, windows }: FormSample): boolean {
  return windows.reduce((sum, { bytes }) => sum + bytes.length, 0) === sizeBytes;
}

/** The pieces of the windows between line ends. What is cut by an edge of its window is left out. */
export function* sampledLines(
  { windows, sizeBytes }: FormSample,
  { fileHeaderBytes, lineEndByte }: Layout['record'],
): Iterable<Uint8Array> {
  for (const { startByte, bytes } of windows) {
    let at = startByte === 0 ? fileHeaderBytes : bytes.indexOf(lineEndByte) + 1;
    if (at === 0 && startByte > 0) continue;
    while (at < bytes.length) {
      const end = bytes.indexOf(lineEndByte, at);
      if (end < 0 && startByte + bytes.length < sizeBytes) break;
      yield bytes.subarray(at, end < 0 ? bytes.length : end);
      if (end < 0) break;
      at = end + 1;
    }
  }
}
