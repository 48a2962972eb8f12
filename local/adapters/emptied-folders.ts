import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/** From so many folders on, threads are worth their start, if one of them takes so long: in memory it takes a tenth of a millisecond. */
const LEAST_FOLDERS = 100;
const WAITING_MS = 1;
/** So many show whether the disk has to be waited for. */
const PROBED_FOLDERS = 16;
/** A removal waits for the disk most of the time, and the disk takes several at once. */
const THREADS = 4;

/** Runs in a thread. What it cannot remove is left: whoever asked tries that again, and knows the error. */
const REMOVE_ALL = `
const { rmSync } = require('node:fs');
for (const path of require('node:worker_threads').workerData) {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {}
}`;

/**
 * Removes folders on several threads, if there are many and the disk has to be waited for. Some may be left, in part or whole: this only
 * saves time.
 */
export async function removeOnThreads(
  paths: readonly string[],
  { leastFolders = LEAST_FOLDERS, waitingMs = WAITING_MS } = {},
): Promise<void> {
  if (paths.length < leastFolders) return;
  const probed = paths.slice(0, Math.min(PROBED_FOLDERS, paths.length >> 1));
  if (msOfEach(probed) < waitingMs) return;
  const left = paths.slice(probed.length);
  const shares = Array.from({ length: THREADS }, (_, thread) =>
    left.filter((_path, index) => index % THREADS === thread),
  );
  await Promise.all(
    shares.map(
      (share) =>
        new Promise<void>((resolve) => {
          const worker = new Worker(REMOVE_ALL, { eval: true, workerData: share });
          worker.on('error', () => resolve()).on('exit', () => resolve());
        }),
    ),
  );
}

/** Removes folders here, and answers how long one takes. */
function msOfEach(paths: readonly string[]): number {
  const startedAt = performance.now();
  for (const path of paths) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // It is tried again, by whoever knows what to say of it.
    }
  }
  return (performance.now() - startedAt) / paths.length;
}
