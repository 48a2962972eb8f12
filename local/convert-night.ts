import { availableParallelism } from 'node:os';
import { compressionOf } from '../shared/pipeline/store/decompressed-source.ts';
import { convertFile, MOST_RANGE_BYTES } from './convert-file.ts';
import { convertLots, lotCountOf, smallInputs } from './convert-lots.ts';
import { endEarlyThreads, takeEarlyThreads, YOUNG_GENERATION_MB } from './early-threads.ts';
import type * as EmbeddedFunctions from './embedded-functions.ts';
import type { FileSummary } from './file-summary.ts';
import { importModule } from './import-module.ts';
import type { LocalSetup } from './local-ports.ts';
import { LEAST_SPREAD_BYTES, type Night, type NightOptions, SHORT_NIGHT_BYTES, sizeOf } from './night.ts';
import { loadPipeline } from './pipeline-tasks.ts';
import { startUrl } from './start-bundle.ts';
import { joinedPool } from './state-machine/joined-pool.ts';
import { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from './state-machine/worker-pool.ts';

/** What the main thread parses while another begins and compiles its functions: they begin together, and the other one is slower at first. */
const HEAD_START_BYTES = 16 * 1024 * 1024;
/** Documents of small files are objects, and few of them live longer than their file. */
const YOUNG_OF_LOTS_MB = 32;

/**
 * Converts files through the deployed state machine file: large ones one after the other, the ranges of each on all workers; many small ones
 * in lots, each lot on one worker.
 */
export async function* convertNight(options: NightOptions): AsyncGenerator<FileSummary> {
  const { lakeDir, isStandardInput, expectedFiles, sync = true } = options;
  const rangeSizeBytes = options.request.rangeSizeBytes ?? MOST_RANGE_BYTES;
  const rawRoot = options.rawRoot ?? '.';
  const bytesRead = new BigInt64Array(new SharedArrayBuffer(8));
  const handlerModule = startUrl(new URL('./embedded-functions.ts', import.meta.url));
  const sizes = await Promise.all(options.inputs.map(sizeOf));
  const small = smallInputs(options, sizes);
  const isShort = isShortNight(options, sizes);
  // Lots publish as they end, for which a long night needs a thread of its own.
  const isJoined = isShort || (options.worksHere === true && small.size === 0);
  const workerCount = isShort ? 1 : Math.min(options.workerCount, mostAtOnce(options, sizes, small.size));
  const usesAllCores = workerCount >= availableParallelism();
  const setup: LocalSetup = {
    ...{ lakeDir, rawRoot, isStandardInput, rangeSizeBytes, expectedFiles, sync, usesAllCores, bytesRead },
  };
  const resourceLimits = {
    maxYoungGenerationSizeMb: small.size > 0 ? YOUNG_OF_LOTS_MB : YOUNG_GENERATION_MB,
  };
  const pool = await openPool({ workerCount, handlerModule, setup, resourceLimits }, isJoined);
  try {
    // The threads load their functions meanwhile.
    const { runExecution } = await import('./state-machine/run-execution.ts');
    const definition = await loadPipeline();
    const execute: Night['execute'] = (execution) => runExecution({ definition, ...execution });
    const headStartBytes = isJoined && workerCount > 1 ? HEAD_START_BYTES : 0;
    const night: Night = { options, setup, pool, headStartBytes, execute };
    const waiting: string[] = [];
    for (const input of options.inputs) {
      if (options.signal?.aborted) return;
      if (small.has(input)) waiting.push(input);
      else {
        yield* convertLots(night, waiting.splice(0));
        yield await convertFile(input, night);
      }
    }
    yield* convertLots(night, waiting);
  } finally {
    await pool.close();
  }
}

/** So little that threads would take longer to start than to convert it. Nobody knows yet how much comes out of a compressed file. */
function isShortNight({ inputs }: NightOptions, sizes: number[]): boolean {
  const totalBytes = sizes.reduce((sum, bytes) => sum + bytes, 0);
  return totalBytes <= SHORT_NIGHT_BYTES && inputs.every((input) => compressionOf(input) === undefined);
}

/** Threads for all workers, or for all but one, which is this thread. */
async function openPool(options: WorkerPoolOptions, isJoined: boolean): Promise<WorkerPool> {
  const threadCount = options.workerCount - 1;
  const early = isJoined ? takeEarlyThreads(threadCount) : undefined;
  await endEarlyThreads();
  if (!isJoined) return createWorkerPool(options);
  early?.setUp(options.setup);
  const threads =
    early ?? (threadCount > 0 ? createWorkerPool({ ...options, workerCount: threadCount }) : undefined);
  const functions = importModule<typeof EmbeddedFunctions>(options.handlerModule);
  // If it cannot be loaded, the first call says so.
  functions.catch(() => undefined);
  return joinedPool(threads, threadCount, async (functionName, input, signal) =>
    (await functions).invokeFunction(functionName, input, options.setup, signal),
  );
}

/** As many ranges as the largest file can have, or as many lots as there are: more threads would have nothing to read. */
function mostAtOnce({ request, workerCount }: NightOptions, sizes: number[], smallCount: number): number {
  const ranges = Math.ceil(Math.max(0, ...sizes) / (request.rangeSizeBytes ?? LEAST_SPREAD_BYTES));
  return Math.max(1, ranges, lotCountOf(smallCount, workerCount));
}
