import type { ChecksumOfFile } from './adapters/file-checksum.ts';
import type { Night } from './night.ts';

/** So many calls at once for each thread, so that none waits for the next and all end at nearly the same time. */
const CALLS_A_THREAD = 4;
const MOST_FILES_OF_CALL = 64;

interface Wanted {
  path: string;
  resolve: (sum: string | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * Sums files on the threads of a night: a publication proves all bytes of the lake that it takes over, and would otherwise be the longest time
 * with one thread. Files that are asked for at once go together, because a call costs more than a small file; and whoever got the sums of one
 * call asks for as many files again, which go together too.
 */
export function checksumOn({
  pool,
  options: { signal, workerCount },
}: Pick<Night, 'pool' | 'options'>): ChecksumOfFile {
  const waiting: Wanted[] = [];
  let freeCalls = workerCount * CALLS_A_THREAD;
  let isSending = false;
  const send = () => {
    isSending = false;
    while (waiting.length > 0 && freeCalls > 0) {
      const count = Math.min(Math.ceil(waiting.length / freeCalls), MOST_FILES_OF_CALL);
      freeCalls--;
      void sum(waiting.splice(0, count));
    }
  };
  const sendSoon = () => {
    if (isSending) return;
    isSending = true;
    setImmediate(send);
  };
  const sum = async (files: Wanted[]) => {
    try {
      const paths = files.map(({ path }) => path);
      const sums = (await pool.run('checksums', { paths }, signal && { signal })) as (string | null)[];
      for (const [index, { resolve }] of files.entries()) resolve(sums[index] ?? undefined);
    } catch (error) {
      for (const { reject } of files) reject(error);
    }
    freeCalls++;
    sendSoon();
  };
  return (path) =>
    new Promise((resolve, reject) => {
      waiting.push({ path, resolve, reject });
      sendSoon();
    });
}
