import { setImmediate as nextTurn } from 'node:timers/promises';
import { FunctionError, reportError } from './function-error.ts';
import { poolClosed } from './pool-closed.ts';
import type { WorkerPool } from './worker-pool.ts';

/** Runs a function in this thread. It must stop soon after the signal aborts, and let other work of the thread have its turn. */
type CallHere = (functionName: string, input: unknown, signal: AbortSignal) => Promise<unknown>;

type Place = 'here' | 'thread';

interface Waiting {
  take(place: Place): void;
  fail(reason: unknown): void;
}

/**
 * A pool of threads in which this thread works too, one call at a time: it would only wait for the others, and each further thread costs a
 * third of a second of a processor before its first byte. Calls are answered as those of a pool of threads are; a function that ends the
 * process or its memory ends all, so this is for a process that has nothing else to do.
 */
export function joinedPool(threads: WorkerPool | undefined, threadCount: number, call: CallHere): WorkerPool {
  const free: Place[] = ['here', ...Array.from({ length: threadCount }, () => 'thread' as const)];
  const waiting: Waiting[] = [];
  const closing = new AbortController();
  const working = new Set<Promise<unknown>>();

  const giveBack = (place: Place) => {
    const next = waiting.shift();
    if (next) next.take(place);
    else if (place === 'here') free.unshift(place);
    else free.push(place);
  };

  const callHere = async (functionName: string, input: unknown, signal: AbortSignal | undefined) => {
    const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
    // Calls for the threads go out first.
    await nextTurn();
    const work = call(functionName, structuredClone(input), stop);
    working.add(work);
    try {
      const output = await work;
      stop.throwIfAborted();
      return JSON.parse(JSON.stringify(output) ?? 'null') as unknown;
    } catch (thrown) {
      if (signal?.aborted) throw signal.reason;
      if (closing.signal.aborted) throw poolClosed(functionName);
      throw new FunctionError(reportError(thrown));
    } finally {
      working.delete(work);
    }
  };

  const run: WorkerPool['run'] = async (functionName, input, { signal, elsewhere = false } = {}) => {
    signal?.throwIfAborted();
    if (closing.signal.aborted) throw poolClosed(functionName);
    const place = takeFree(free, elsewhere) ?? (await turnOf(waiting, functionName, closing.signal, signal));
    try {
      if (place === 'here' || !threads) return await callHere(functionName, input, signal);
      return await threads.run(functionName, input, signal && { signal });
    } finally {
      giveBack(place);
    }
  };

  const close = async () => {
    closing.abort();
    await Promise.all([threads?.close(), ...[...working].map((work) => work.catch(() => undefined))]);
  };
  return { run, close };
}

/** This thread comes first in the list, if it is free. */
function takeFree(free: Place[], elsewhere: boolean): Place | undefined {
  const at = elsewhere ? free.lastIndexOf('thread') : 0;
  return free.splice(Math.max(at, 0), 1)[0];
}

/** The first place that becomes free, in the order of the calls. Fails once the call is stopped, or the pool is closed. */
function turnOf(
  waiting: Waiting[],
  functionName: string,
  closing: AbortSignal,
  signal: AbortSignal | undefined,
): Promise<Place> {
  const { promise, resolve, reject } = Promise.withResolvers<Place>();
  const ended = () => {
    closing.removeEventListener('abort', stop);
    signal?.removeEventListener('abort', stop);
    const at = waiting.indexOf(entry);
    if (at >= 0) waiting.splice(at, 1);
  };
  const entry: Waiting = {
    take(place) {
      ended();
      resolve(place);
    },
    fail(reason) {
      ended();
      reject(reason);
    },
  };
  const stop = () => entry.fail(signal?.aborted ? signal.reason : poolClosed(functionName));
  closing.addEventListener('abort', stop);
  signal?.addEventListener('abort', stop);
  waiting.push(entry);
  return promise;
}
