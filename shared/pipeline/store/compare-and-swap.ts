import { PreconditionFailed } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** Each lost try means that another writer won; all files of a night that finish at once stay below this. */
const MAX_TRIES = 100;
/** Waits grow from 2 ms up to this, so that writers who keep meeting move apart. */
const MAX_WAIT_MS = 64;

/**
 * Changes an object that others may change at the same time. `attempt` reads it, decides, and writes on condition that it is still as it
 * was read; `PreconditionFailed` from that write starts a new attempt from what is there now. Fails with `PreconditionFailed` if every
 * try is lost.
 */
export async function compareAndSwap<T>(key: string, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      // An attempt may itself swap another object, and give up on it.
      if (!(error instanceof PreconditionFailed) || error.cause instanceof PreconditionFailed) throw error;
      if (tries >= MAX_TRIES) throw givenUp(key, error);
    }
    await pause(Math.random() * Math.min(2 ** tries, MAX_WAIT_MS));
  }
}

/** Writes an object that is never changed. Answers false if somebody else has written it already. */
export async function putFirst(
  store: Pick<ObjectStore, 'putOnce'>,
  key: string,
  bytes: Uint8Array,
): Promise<boolean> {
  try {
    await store.putOnce(key, bytes);
    return true;
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    return false;
  }
}

/** Writes `bytes` on condition that the object is still `current`, or still missing. Fails with `PreconditionFailed` otherwise. */
export async function replace(
  store: Pick<ObjectStore, 'putIf' | 'putOnce'>,
  key: string,
  bytes: Uint8Array,
  current: { tag: string } | undefined,
): Promise<void> {
  if (current) await store.putIf(key, bytes, current.tag);
  else await store.putOnce(key, bytes);
}

function givenUp(key: string, cause: PreconditionFailed): PreconditionFailed {
  return new PreconditionFailed({
    what: `the object was not written, because ${MAX_TRIES} times in a row another writer was faster`,
    where: key,
    why: 'So many writers at once are no accident.',
    next: 'See which executions work on this key, then run this again.',
    cause,
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
