import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type ResourceLimits } from 'node:worker_threads';
import Tinypool from 'tinypool';
import { Interrupted } from '../../shared/errors.ts';
import { FunctionError } from './function-error.ts';
import type { WorkerReply, WorkerSetup, WorkerTask } from './worker.ts';

export interface WorkerPoolOptions {
  /** Threads; they start at once and stay until `close`. */
  workerCount: number;
  /** Module whose `invokeFunction(functionName, input, setup)` runs in the threads; TypeScript as it is. */
  handlerModule: URL;
  /** Given to every call; anything that can be cloned. */
  setup?: unknown;
  /** Memory of a thread, e.g. `{ maxOldGenerationSizeMb: 1769 }`. Buffers do not count. */
  resourceLimits?: ResourceLimits;
}

export interface WorkerPool {
  /**
   * Calls a function in a free thread; waits where there is none. Its output comes back as JSON.
   *
   * Fails with what the function threw, as a `FunctionError`; with `Lambda.Unknown` when the thread died
   * (process.exit, out of memory, an error nobody caught); with the signal's reason, once the thread has
   * ended, when it aborts; with `Interrupted` when the pool is closed.
   */
  run(functionName: string, input: unknown, options?: { signal?: AbortSignal }): Promise<unknown>;
  /** Ends all threads, also those at work. */
  close(): Promise<void>;
}

/** Out of memory, the thread is gone a few milliseconds before its error is told. */
const DEATH_REPORT_MS = 250;

/** Threads that stand for Lambda environments: one call at a time each, reused, replaced when they die. */
export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const workerData: WorkerSetup = { handlerModule: options.handlerModule.href, setup: options.setup };
  const pool = new Tinypool({
    filename: fileURLToPath(new URL('./worker.ts', import.meta.url)),
    minThreads: options.workerCount,
    maxThreads: options.workerCount,
    // Waiting in Atomics.wait would stop an idle thread's event loop, and with it open connections.
    useAtomics: false,
    resourceLimits: options.resourceLimits,
    workerData,
  });
  // A thread that dies between two calls harms nobody: the pool starts another one.
  pool.on('error', () => {});
  let closed = false;

  const run: WorkerPool['run'] = async (functionName, input, { signal } = {}) => {
    signal?.throwIfAborted();
    if (closed) throw poolClosed(functionName);

    // Tinypool hears errors of a thread but not its exit. A port that lives in the thread closes with it.
    const { port1: here, port2: lifeline } = new MessageChannel();
    const threadEnded = new Promise<'ended'>((resolve) => here.once('close', () => resolve('ended')));
    here.unref();
    const dead = new AbortController();
    const task: WorkerTask = { functionName, input, lifeline };
    const reply: Promise<WorkerReply> = pool.run(task, {
      transferList: [lifeline],
      signal: signal ? AbortSignal.any([signal, dead.signal]) : dead.signal,
    });
    reply.catch(() => {});

    try {
      if ((await Promise.race([reply, threadEnded])) === 'ended') {
        await Promise.race([reply, delay(DEATH_REPORT_MS)]);
        // Makes the pool forget a thread that exited without an error.
        dead.abort();
      }
      const answer = await reply;
      if ('error' in answer) throw new FunctionError(answer.error);
      return answer.output;
    } catch (error) {
      if (error instanceof FunctionError) throw error;
      if (signal?.aborted) {
        // Where no thread had taken the call, the port is still ours to close.
        lifeline.close();
        await threadEnded;
        throw signal.reason;
      }
      if (closed) throw poolClosed(functionName);
      // An input that no thread can take: trying again would not help.
      if ((error as Error).name === 'DataCloneError') throw error;
      throw threadDied(functionName, error as Error);
    } finally {
      here.close();
    }
  };

  const close = async () => {
    closed = true;
    await pool.destroy();
  };
  return { run, close };
}

function poolClosed(functionName: string): Interrupted {
  return new Interrupted({ what: 'the worker threads were stopped', where: functionName });
}

function threadDied(functionName: string, cause: Error): FunctionError {
  const why = cause.name === 'AbortError' ? 'It exited.' : `${cause.name}: ${cause.message}`;
  return new FunctionError({
    // What Step Functions sees of a Lambda environment that was lost.
    errorType: 'Lambda.Unknown',
    errorMessage: `${functionName}: its worker thread died. ${why}`,
    facts: { where: functionName, why, retryable: true, stack: cause.stack },
  });
}
