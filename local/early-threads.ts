import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { startDir } from './adapters/project-folders.ts';
import { LEAST_SPREAD_BYTES, SHORT_NIGHT_BYTES } from './night.ts';
import { startUrl } from './start-bundle.ts';
import { createWorkerPool, type ThreadPool } from './state-machine/worker-pool.ts';

/** Few young objects exist, because rows are not objects: a larger space would only be filled before it is swept. */
export const YOUNG_GENERATION_MB = 4;

/** With these a conversion starts no thread, or others. */
const WITHOUT = new Set(['--dry-run', '--help', '-h', '--range-size']);

interface EarlyThreads {
  count: number;
  pool: ThreadPool;
}

let early: EarlyThreads | undefined;

/**
 * Begins the threads of a conversion from the words that were typed, while the command itself is still being loaded: until it knows its plan
 * it needs one core, and by then the threads have loaded what they need. If the words were taken for what they are not, nothing is lost but the
 * time of threads that have nothing to do.
 */
export function beginThreads(words: readonly string[]): void {
  const count = threadCountOf(words);
  if (early || count === 0) return;
  const handlerModule = startUrl(new URL('./embedded-functions.ts', import.meta.url));
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
  early = { count, pool: createWorkerPool({ workerCount: count, handlerModule, resourceLimits }) };
}

/** So many threads as `convert` with these words probably needs beside the main one. */
function threadCountOf(words: readonly string[]): number {
  if (words.some((word) => WITHOUT.has(word.replace(/=.*/, '')))) return 0;
  const flag = words.find((word) => word.startsWith('--workers'));
  const asked = Number(
    flag?.includes('=') ? flag.slice('--workers='.length) : words[words.indexOf('--workers') + 1],
  );
  const cores = availableParallelism();
  const workers = flag === undefined ? cores : Math.min(asked, cores);
  if (!(workers > 1)) return 0;
  const largest = Math.max(0, ...words.map(sizeOfFile));
  return largest <= SHORT_NIGHT_BYTES ? 0 : Math.min(workers, Math.ceil(largest / LEAST_SPREAD_BYTES)) - 1;
}

/** Zero for a word that names no file. */
function sizeOfFile(word: string): number {
  try {
    const stats = statSync(resolve(startDir, word.replace(/^--[^=]*=/, '')));
    return stats.isFile() ? stats.size : 0;
  } catch {
    return 0;
  }
}

/** Takes the threads that began early, if there are so many; others are left to be ended. */
export function takeEarlyThreads(count: number): ThreadPool | undefined {
  if (early?.count !== count) return undefined;
  const { pool } = early;
  early = undefined;
  return pool;
}

/** Ends the threads that nobody took. */
export async function endEarlyThreads(): Promise<void> {
  const begun = early;
  early = undefined;
  await begun?.pool.close();
}
