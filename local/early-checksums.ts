import type { ChecksumOfFile } from './adapters/file-checksum.ts';
import { identityOf, statsOf } from './early-sum.ts';
import type { Night } from './night.ts';

/** A merge that comes meanwhile waits for no more than a call of each worker. */
const CALL_BYTES = 16 * 1024 * 1024;
const MOST_FILES_OF_CALL = 64;

interface EarlyFile {
  path: string;
  sizeBytes: number;
  /** What it was before it was read. */
  identity: string;
  sum: Promise<string | undefined>;
  resolve: (sum: string | undefined) => void;
}

interface EarlyChecksums {
  /** The sum that was taken early, if the file is still the same one; else it is summed now. */
  checksumOf: ChecksumOfFile;
  /** Begins to sum files, except those of fewer bytes. */
  begin(paths: Iterable<string>, leastBytes: number): void;
}

/**
 * Sums files before a publication asks for it: once the last ranges are parsed, workers would have nothing to do while documents wait for the
 * disk. An early sum counts as long as nothing about the file has changed since before it was read: inode, size, time of the bytes, and time of
 * the last change, which no program can set.
 */
export function earlyChecksums(
  {
    pool,
    options: { signal, workerCount },
  }: Pick<Night, 'pool'> & { options: Pick<Night['options'], 'signal' | 'workerCount'> },
  sumNow: ChecksumOfFile,
): EarlyChecksums {
  const known = new Map<string, EarlyFile>();
  const waiting: EarlyFile[] = [];
  let laneCount = 0;
  /** Until somebody waits for a sum, one worker is left to the documents. */
  let isAwaited = false;

  const lane = async () => {
    laneCount++;
    while (waiting.length > 0) {
      const files = nextCall(waiting);
      const paths = files.map(({ path }) => path);
      // If it fails, whoever asks sums the file and says why.
      const call = pool.run('checksums', { paths }, { elsewhere: true, ...(signal && { signal }) });
      const answer = await call.catch(() => []);
      const sums = answer as (string | null)[];
      for (const [index, { resolve }] of files.entries()) resolve(sums[index] ?? undefined);
    }
    laneCount--;
  };

  const openLanes = () => {
    const most = isAwaited ? workerCount : Math.max(1, workerCount - 1);
    while (laneCount < most && waiting.length > 0) void lane();
  };

  const begin = (paths: Iterable<string>, leastBytes: number) => {
    for (const path of paths) {
      const stats = statsOf(path);
      if (!stats?.isFile() || Number(stats.size) < leastBytes || known.has(path)) continue;
      const { promise: sum, resolve } = Promise.withResolvers<string | undefined>();
      const file = { path, sizeBytes: Number(stats.size), identity: identityOf(stats), sum, resolve };
      known.set(path, file);
      waiting.push(file);
    }
    openLanes();
  };

  const checksumOf: ChecksumOfFile = async (path) => {
    const early = known.get(path);
    // Asked again, it is read again.
    known.delete(path);
    isAwaited = true;
    openLanes();
    const sum = await early?.sum;
    const stats = sum === undefined ? undefined : statsOf(path);
    return stats && identityOf(stats) === early?.identity ? sum : sumNow(path);
  };
  return { checksumOf, begin };
}

/** Takes the files of the next call. */
function nextCall(waiting: EarlyFile[]): EarlyFile[] {
  let count = 0;
  for (let bytes = 0; count < Math.min(waiting.length, MOST_FILES_OF_CALL) && bytes < CALL_BYTES; count++) {
    bytes += waiting[count]!.sizeBytes;
  }
  return waiting.splice(0, count);
}
