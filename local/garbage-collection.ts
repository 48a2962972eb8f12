import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { type: 'minor' }) => void;

/** Taken when there is garbage: most conversions of a second leave too little to be swept. */
let collect: Collect | undefined;

/**
 * V8's `gc`. Flags belong to the process, and each thread hides it again, because what V8 keeps of compiled code is bound to its flags: so a
 * thread that begins at the same moment may have hidden it before it was taken here.
 */
export function exposedCollector(): Collect {
  for (;;) {
    setFlagsFromString('--expose-gc');
    const exposed: Collect | undefined = runInNewContext('globalThis.gc');
    setFlagsFromString('--no-expose-gc');
    if (exposed) return exposed;
  }
}

/** Garbage that may gather before it is swept: a collection takes some ten milliseconds, so one per gigabyte is better than one per file. */
const MOST_GARBAGE_BYTES = 8 * 1024 * 1024;
const LOOK_EVERY_MS = 250;

let keptBytes = heldBytes();

/** Bytes of this thread's heap, and of its buffers outside it. The kernel's memory is never garbage: it grows, and is used again. */
function heldBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Sweeps if so much has gathered that it is worth the time: young objects first, since that is a twentieth of the work and often enough. */
function collectGarbage(): void {
  if (heldBytes() - keptBytes < MOST_GARBAGE_BYTES) return;
  collect ??= exposedCollector();
  collect({ type: 'minor' });
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
