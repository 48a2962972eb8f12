import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Garbage that may gather before it is swept: a collection takes some ten milliseconds, so one per gigabyte is better than one per file. */
const MOST_GARBAGE_BYTES = 16 * 1024 * 1024;
const LOOK_EVERY_MS = 250;

let keptBytes = heldBytes();

/** Bytes of this thread's heap, and those outside it that belong to its objects. */
function heldBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** Sweeps if so much has gathered that it is worth the time. */
function collectGarbage(): void {
  if (heldBytes() - keptBytes < MOST_GARBAGE_BYTES) return;
  collect();
  keptBytes = heldBytes();
}

/**
 * Sweeps now and then while a function runs, so that memory does not grow with the file: a range leaves so little on the heap that
 * the collector would let the heap grow instead.
 */
export async function whileCollecting<T>(run: () => Promise<T>): Promise<T> {
  const timer = setInterval(collectGarbage, LOOK_EVERY_MS);
  try {
    return await run();
  } finally {
    clearInterval(timer);
  }
}
