import { type BigIntStats, statSync } from 'node:fs';
import { type ChecksumOfFile, fileChecksum } from './adapters/file-checksum.ts';

/** The checksum of a file that was read before anybody asked for it. */
export interface EarlySum {
  sum: string;
  /** What the file was before it was read. */
  identity: string;
}

/** Sums a file now; undefined if it is not there or cannot be read: whoever asks for its sum later is told why. */
export async function earlySum(path: string): Promise<EarlySum | undefined> {
  const stats = statsOf(path);
  const sum = stats && (await fileChecksum(path).catch(() => undefined));
  return stats && sum !== undefined ? { sum, identity: identityOf(stats) } : undefined;
}

/**
 * Answers with the sum of a file that was taken early, once, if the file is still the one that was read; else it is summed now. `known` is by
 * path.
 */
export function earlierSums(known: Map<string, EarlySum>, sumNow: ChecksumOfFile): ChecksumOfFile {
  return async (path) => {
    const early = known.get(path);
    // Asked again, it is read again.
    known.delete(path);
    const stats = early && statsOf(path);
    return stats && identityOf(stats) === early.identity ? early.sum : sumNow(path);
  };
}

export function statsOf(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}

/** What changes with every change of a file: also times of its last change, which no program can set. */
export function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}
