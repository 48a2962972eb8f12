import { type BigIntStats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STANDARD_INPUT } from '../../shared/run/ledger-entry.ts';

/** How the bytes of a file are told from others without reading them. */
export interface FileIdentity {
  /** In the ledger, for as long as the file is there. */
  version(stats: BigIntStats): string;
  /** While a run reads it. */
  pin(stats: BigIntStats): string;
  /** Undefined, or the system's error, if nothing is there. */
  stat(path: string): Promise<BigIntStats | undefined>;
  /** Was it there when the run began, as a source file was? */
  isSource: boolean;
  /** Absolute path for the ledger; undefined for objects of the lake, whose key is enough. */
  origin(path: string): string | undefined;
}

/** Objects of a lake are never changed in place. A link that another process makes changes their ctime and nothing else. */
export const LAKE_OBJECT: FileIdentity = {
  isSource: false,
  origin: () => undefined,
  version: ({ size, mtimeNs }) => `${size}-${mtimeNs}`,
  pin: ({ ino, size, mtimeNs }) => `${ino}-${size}-${mtimeNs}`,
  // To make an error takes several times as long as to look, and a publication looks for each of its files before it is there.
  stat: async (path) => statSync(path, { bigint: true, throwIfNoEntry: false }),
};

/**
 * Anybody may write to a source file, and then set its time back (cp -p, rsync -t, tar). No program can set the time of the last change
 * (ctime): the file system does. It also changes with the mode, the links and the name, which say nothing about the bytes.
 */
const SOURCE_FILE: FileIdentity = {
  isSource: true,
  origin: (path) => resolve(path),
  version: ({ ino, size, mtimeNs, ctimeNs }) => `${size}-${mtimeNs}-${ctimeNs}-${ino}`,
  pin: ({ ino, size, mtimeNs, ctimeNs }) => `${ino}-${size}-${mtimeNs}-${ctimeNs}`,
  stat: settledStat,
};

/** What is kept of standard input while it is converted. Its path is another each time, and nobody finds the file there afterwards. */
const KEPT_INPUT: FileIdentity = { ...SOURCE_FILE, origin: () => STANDARD_INPUT };

/** Files of other people, and what is kept of standard input. */
export function sourceIdentity(isSource: true | typeof STANDARD_INPUT): FileIdentity {
  return isSource === STANDARD_INPUT ? KEPT_INPUT : SOURCE_FILE;
}

/** The clock of file times ticks every 1 to 10 ms. */
const TICK_MS = 20;
/** Some file systems only keep seconds, or every second one. */
const COARSE_TICK_MS = 2_000;
const MOST_LOOKS = 3;

/** Two writes within a tick have one ctime. A file that was just changed is looked at again after its tick: a later write has another. */
async function settledStat(path: string): Promise<BigIntStats> {
  for (let looks = 1; ; looks++) {
    const stats = statSync(path, { bigint: true });
    const waitMs = stats.isFile() ? unsettledMs(stats.ctimeNs, Date.now()) : 0;
    // Whoever keeps writing is noticed by the pin.
    if (waitMs === 0 || looks === MOST_LOOKS) return stats;
    await sleep(waitMs);
  }
}

/** How long the tick of a change may still last. The clock of a file server may be a little ahead of this host's. */
export function unsettledMs(ctimeNs: bigint, nowMs: number): number {
  const tickMs = ctimeNs % 1_000_000_000n === 0n ? COARSE_TICK_MS : TICK_MS;
  const ageMs = nowMs - Number(ctimeNs / 1_000_000n);
  return ageMs >= -tickMs && ageMs < tickMs ? tickMs - ageMs : 0;
}
