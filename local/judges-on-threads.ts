import { availableParallelism } from 'node:os';
import type { Depth } from '../shared/pipeline/verify/data-object.ts';
import { judgePart, type PartVerdict } from '../shared/pipeline/verify/judge-part.ts';
import type { PartJudges } from '../shared/pipeline/verify/verify-lake.ts';
import { createLocalPorts, type LocalSetup } from './local-ports.ts';
import { startUrl } from './start-bundle.ts';
import { createWorkerPool, type WorkerPool } from './state-machine/worker-pool.ts';

/** A small lake is judged before threads would have started. */
const ALONE_MS = 1_500;
/** Quick looks at what the system has in memory: their threads would take as much as they save until then. */
const QUICK_ALONE_MS = 8_000;
/** So many bytes of data files are read about as long. */
const ALONE_BYTES = 128 * 1024 * 1024;
/** Of a disk that has to be waited for: it answers many at once faster than one after the other. */
const LEAST_WAITING_THREADS = 4;
const MOST_THREADS = 16;
/** So many sectors of 512 bytes a second come from the disk if judging waits for it, and not only starts. */
const WAITING_SECTORS = 4_000;

interface ThreadJudges extends PartJudges {
  close(): Promise<void>;
}

/** Judges the parts of a lake in a folder: the first ones here, and on threads if there are more than take a moment. */
export function judgesOnThreads(
  lakeDir: string,
  { aloneMs = ALONE_MS, count }: { aloneMs?: number; count?: number } = {},
): ThreadJudges {
  const setup: LocalSetup = { lakeDir, rawRoot: lakeDir, rangeSizeBytes: 0, expectedFiles: undefined };
  const ports = createLocalPorts(setup);
  const startedAt = performance.now();
  const usedBefore = process.cpuUsage();
  const readBefore = process.resourceUsage().fsRead;
  let pool: WorkerPool | undefined;
  let askedBytes = 0;
  const waitsForDisk = () => {
    const sectors = process.resourceUsage().fsRead - readBefore;
    return sectors > (WAITING_SECTORS * (performance.now() - startedAt)) / 1000;
  };
  const isWorthThreads = (depth: Depth) => {
    if (aloneMs === 0) return true;
    if (waitsForDisk()) return performance.now() - startedAt >= aloneMs;
    // Of the processor's time: on a busy machine the clock says nothing of what is left to do.
    const { user, system } = process.cpuUsage(usedBefore);
    return (user + system) / 1000 >= (depth === 'quick' ? QUICK_ALONE_MS : aloneMs);
  };
  const startThreads = () =>
    createWorkerPool({
      workerCount: count ?? threadCount(waitsForDisk(), availableParallelism()),
      handlerModule: startUrl(new URL('./judge-function.ts', import.meta.url)),
      setup,
    });
  return {
    // The pool keeps waiting what its threads have not begun.
    count: count ?? MOST_THREADS,
    async judge(part, depth) {
      // Asked for all at once, before any time was used.
      if (part.what === 'files') askedBytes += part.files.reduce((sum, { bytes }) => sum + bytes, 0);
      if (!pool && askedBytes <= ALONE_BYTES && !isWorthThreads(depth)) return judgePart(ports, part, depth);
      pool ??= startThreads();
      return await pool
        .run('judge', { part, depth })
        .then((verdict) => verdict as PartVerdict)
        // Here the error keeps its type; and it is none if only the thread died.
        .catch(() => judgePart(ports, part, depth));
    },
    close: async () => pool?.close(),
  };
}

/** Each thread costs its start, half a second of a processor: more than there are processors are worth it only if they wait for the disk. */
export function threadCount(waitsForDisk: boolean, processors: number): number {
  return Math.min(MOST_THREADS, waitsForDisk ? Math.max(LEAST_WAITING_THREADS, 2 * processors) : processors);
}
