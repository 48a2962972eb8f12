import type { ChecksumOfFile } from './adapters/file-checksum.ts';
import type { Night } from './night.ts';

/** So many calls for each thread, if there are enough files, so that all end at nearly the same time. */
const CALLS_A_THREAD = 4;
const MOST_FILES_OF_CALL = 64;

interface Wanted {
  path: string;
  resolve: (sum: string | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * Sums files on the threads of a night: a publication proves all bytes of the lake that it takes over, and would otherwise be the longest time
 * with one thread. Files that are asked for at once go together, because a call costs more than a small file.
 */
export function checksumOn({ pool, options: { signal, workerCount } }: Night): ChecksumOfFile {
  let wanted: Wanted[] = [];
  const send = () => {
    const all = wanted;
    wanted = [];
    const count = Math.min(Math.ceil(all.length / (workerCount * CALLS_A_THREAD)), MOST_FILES_OF_CALL);
    for (let at = 0; at < all.length; at += count) void sum(all.slice(at, at + count));
  };
  const sum = async (files: Wanted[]) => {
    try {
      const paths = files.map(({ path }) => path);
      const sums = (await pool.run('checksums', { paths }, signal && { signal })) as (string | null)[];
      for (const [index, { resolve }] of files.entries()) resolve(sums[index] ?? undefined);
    } catch (error) {
      for (const { reject } of files) reject(error);
    }
  };
  return (path) =>
    new Promise((resolve, reject) => {
      wanted.push({ path, resolve, reject });
      if (wanted.length === 1) setImmediate(send);
    });
}
