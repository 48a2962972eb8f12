import type { LedgerEntry } from '../run/ledger-entry.ts';

/** The progress of one file of the night. */
export interface FileProgress {
  sizeBytes: number;
  /** Bytes parsed so far; all bytes once the file is loaded. */
  doneBytes: number;
  /** The time from its last claim to its end; undefined if no execution has claimed it. */
  worked: { fromMs: number; toMs: number } | undefined;
}

interface NightProgress {
  /** 0 to 100, two decimals: bytes parsed of the bytes expected. */
  percentDone: number;
  /** When the rest will be parsed at the rate so far; undefined if nothing is parsed yet. */
  estimatedEnd: Date | undefined;
}

/**
 * Percent done, and the end at the rate so far. Missing files count as large as the average of the others, and as arriving now. The rate
 * counts only the time in which at least one file was worked on, because waiting for files is not slowness.
 */
export function nightProgress(files: FileProgress[], missingFiles: number, now: Date): NightProgress {
  const knownBytes = sum(files.map(({ sizeBytes }) => sizeBytes));
  const doneBytes = sum(files.map((file) => Math.min(file.doneBytes, file.sizeBytes)));
  const missingBytes = files.length === 0 ? 0 : (knownBytes / files.length) * missingFiles;
  const remainingBytes = knownBytes + missingBytes - doneBytes;
  const totalBytes = knownBytes + missingBytes;
  const percentDone = totalBytes === 0 ? 0 : Math.floor((doneBytes / totalBytes) * 10_000) / 100;
  if (remainingBytes === 0 && totalBytes > 0) return { percentDone, estimatedEnd: now };
  const workedMs = unionMs(files.flatMap(({ worked }) => (worked ? [worked] : [])));
  if (doneBytes === 0 || workedMs === 0) return { percentDone, estimatedEnd: undefined };
  const remainingMs = (remainingBytes / doneBytes) * workedMs;
  return { percentDone, estimatedEnd: new Date(now.getTime() + Math.ceil(remainingMs)) };
}

/** The time from the last claim of a file to its end, or to now. */
export function workedTime(entry: LedgerEntry, now: Date): FileProgress['worked'] {
  const claimed = entry.history.findLast(({ state }) => state === 'splitting');
  if (!claimed) return undefined;
  const ended = entry.history.findLast(({ state }) => ['loaded', 'refused', 'failed'].includes(state));
  const fromMs = Date.parse(claimed.at);
  const toMs = ended && Date.parse(ended.at) >= fromMs ? Date.parse(ended.at) : now.getTime();
  return { fromMs, toMs: Math.max(fromMs, toMs) };
}

/** Milliseconds covered by at least one of the spans. */
function unionMs(spans: { fromMs: number; toMs: number }[]): number {
  let covered = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    covered += Math.max(0, toMs - Math.max(fromMs, end));
    end = Math.max(end, toMs);
  }
  return covered;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
