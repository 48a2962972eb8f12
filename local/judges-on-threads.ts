import { availableParallelism } from 'node:os';
import { judgePart, type PartVerdict } from '../shared/pipeline/verify/judge-part.ts';
import type { PartJudges } from '../shared/pipeline/verify/verify-lake.ts';
import { createLocalPorts, type LocalSetup } from './local-ports.ts';
import { createWorkerPool, type WorkerPool } from './state-machine/worker-pool.ts';

/** A small lake is judged before threads would have started. */
const ALONE_MS = 1_500;
/** Threads wait for the disk most of the time, and it answers many at once faster than one after the other. */
const LEAST_THREADS = 4;
const MOST_THREADS = 16;

interface ThreadJudges extends PartJudges {
  close(): Promise<void>;
}

/** Judges the parts of a lake in a folder: the first ones here, and on threads if there are more than take a moment. */
export function judgesOnThreads(
  lakeDir: string,
  { aloneMs = ALONE_MS, count = threadCount() }: { aloneMs?: number; count?: number } = {},
): ThreadJudges {
  const setup: LocalSetup = { lakeDir, rawRoot: lakeDir, rangeSizeBytes: 0, expectedFiles: undefined };
  const ports = createLocalPorts(setup);
  const startedAt = performance.now();
  let pool: WorkerPool | undefined;
  return {
    count,
    async judge(part, depth) {
      if (performance.now() - startedAt < aloneMs) return judgePart(ports, part, depth);
      const handlerModule = new URL('./embedded-functions.ts', import.meta.url);
      pool ??= createWorkerPool({ workerCount: count, handlerModule, setup });
      return await pool
        .run('judge', { part, depth })
        .then((verdict) => verdict as PartVerdict)
        // Here the error keeps its type; and it is none if only the thread died.
        .catch(() => judgePart(ports, part, depth));
    },
    close: async () => pool?.close(),
  };
}

function threadCount(): number {
  return Math.min(MOST_THREADS, Math.max(LEAST_THREADS, 2 * availableParallelism()));
}
