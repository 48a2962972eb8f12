import { Worker } from 'node:worker_threads';

/** From so many folders on, threads are worth their start. */
const LEAST_FOLDERS = 100;
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

/** Removes folders on several threads, if there are many. Some may be left, in part or whole: this only saves time. */
export async function removeOnThreads(paths: readonly string[], leastFolders = LEAST_FOLDERS): Promise<void> {
  if (paths.length < leastFolders) return;
  const shares = Array.from({ length: THREADS }, (_, thread) =>
    paths.filter((_path, index) => index % THREADS === thread),
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
