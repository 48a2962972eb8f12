import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What may gather before it is swept. A collection takes some ten milliseconds: rather one a gigabyte than one a merged file. */
const MOST_GARBAGE_BYTES = 4 * 1024 * 1024;
const LOOK_EVERY_MS = 250;

let keptBytes = heldBytes();

/** Bytes of this thread's heap, and those outside it that belong to its objects. */
function heldBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** Sweeps where so much has gathered that it is worth the time. */
export function collectGarbage(): void {
  if (heldBytes() - keptBytes < MOST_GARBAGE_BYTES) return;
  collect();
  keptBytes = heldBytes();
}

/**
 * Sweeps now and then while a function runs. What a range leaves on the collector's heap is little, and the heap would rather grow
 * than be swept: that keeps memory from growing with the file.
 */
export async function whileCollecting<T>(run: () => Promise<T>): Promise<T> {
  const timer = setInterval(collectGarbage, LOOK_EVERY_MS);
  try {
    return await run();
  } finally {
    clearInterval(timer);
  }
}
