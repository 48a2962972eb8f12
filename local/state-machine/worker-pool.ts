import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, type ResourceLimits } from 'node:worker_threads';
import { Tinypool } from 'tinypool';
import { FunctionError } from './function-error.ts';
import { poolClosed } from './pool-closed.ts';
import { asError } from './states-error.ts';
import type { WorkerReply, WorkerSetup, WorkerTask } from './worker.ts';

export interface WorkerPoolOptions {
  /** Number of threads; they start at once and stay until `close`. */
  workerCount: number;
  /** Module whose `invokeFunction(functionName, input, setup)` runs in the threads; TypeScript as it is. */
  handlerModule: URL;
  /** Handed to every call; anything that can be cloned. */
  setup?: unknown;
  /** Memory of a thread, e.g. `{ maxOldGenerationSizeMb: 1769 }`. Buffers do not count. */
  resourceLimits?: ResourceLimits;
}

interface PoolCallOptions {
  signal?: AbortSignal;
  /** Rather in another thread than in the caller's, if both are free. */
  elsewhere?: boolean;
}

export interface WorkerPool {
  /**
   * Calls a function in a free thread; waits until one is free. Its output comes back as JSON.
   *
   * Fails with what the function threw, as a `FunctionError`; with `Lambda.Unknown` when the thread died
   * (process.exit, out of memory, an error nobody caught); with the signal's reason, once the thread has
   * ended, when it aborts; with `Interrupted` when the pool is closed.
   */
  run(functionName: string, input: unknown, options?: PoolCallOptions): Promise<unknown>;
  /** Ends all threads, also those at work. */
  close(): Promise<void>;
}

/** A thread that runs out of memory ends a few milliseconds before its error arrives. */
const DEATH_REPORT_MS = 250;

/** Threads that work as Lambda environments do: one call at a time each, reused, replaced when they die. */
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
  let closed = false;
  let noThread = new AbortController();
  /** After a thread that could not start the pool starts no other: calls that wait for one would wait for ever. */
  const endWaiting = () => {
    if (pool.threads.length > 0 || pool.queueSize === 0) return;
    noThread.abort();
    noThread = new AbortController();
  };
  // A thread that dies between two calls harms nobody: the pool starts another one, unless it could not start.
  pool.on('error', () => setImmediate(endWaiting));

  const run: WorkerPool['run'] = async (functionName, input, { signal } = {}) => {
    signal?.throwIfAborted();
    if (closed) throw poolClosed(functionName);
    const lifeline = new Lifeline();
    const until = signal ? AbortSignal.any([signal, noThread.signal]) : noThread.signal;
    try {
      const answer = await callThread(pool, { functionName, input }, lifeline, until);
      if ('error' in answer) throw new FunctionError(answer.error);
      return answer.output;
    } catch (error) {
      if (error instanceof FunctionError) throw error;
      if (signal?.aborted) {
        await lifeline.ends();
        throw signal.reason;
      }
      if (closed) throw poolClosed(functionName);
      setImmediate(endWaiting);
      // No thread can take this input: trying again would not help.
      if (error instanceof Error && error.name === 'DataCloneError') throw error;
      throw threadDied(functionName, asError(error));
    } finally {
      lifeline.release();
    }
  };

  const close = async () => {
    closed = true;
    await pool.destroy();
  };
  return { run, close };
}

/** Two ports, one of which lives in the thread and closes with it: Tinypool hears errors of a thread but not its exit. */
class Lifeline {
  readonly inThread: MessagePort;
  readonly threadEnded: Promise<'ended'>;
  readonly #here: MessagePort;

  constructor() {
    const { port1: here, port2: inThread } = new MessageChannel();
    this.inThread = inThread;
    this.#here = here;
    this.threadEnded = new Promise((resolve) => here.once('close', () => resolve('ended')));
    here.unref();
  }

  /** Resolves once the thread that took the call has ended; at once if no thread had taken it. */
  async ends(): Promise<void> {
    this.inThread.close();
    await this.threadEnded;
  }

  release(): void {
    this.#here.close();
  }
}

/** A thread's answer to one call. Rejects when the signal aborts, the thread dies or the pool is closed. */
async function callThread(
  pool: Tinypool,
  call: Omit<WorkerTask, 'lifeline'>,
  { inThread, threadEnded }: Lifeline,
  signal: AbortSignal,
): Promise<WorkerReply> {
  const dead = new AbortController();
  const task: WorkerTask = { ...call, lifeline: inThread };
  const reply: Promise<WorkerReply> = pool.run(task, {
    transferList: [inThread],
    signal: AbortSignal.any([signal, dead.signal]),
  });
  reply.catch(() => {});
  if ((await Promise.race([reply, threadEnded])) === 'ended') {
    await Promise.race([reply, delay(DEATH_REPORT_MS)]);
    // Makes the pool forget a thread that exited without an error.
    dead.abort();
  }
  return reply;
}

function threadDied(functionName: string, cause: Error): FunctionError {
  const why = cause.name === 'AbortError' ? 'It exited.' : `${cause.name}: ${cause.message}`;
  return new FunctionError({
    // The error that Step Functions sees if a Lambda environment was lost.
    errorType: 'Lambda.Unknown',
    errorMessage: `${functionName}: its worker thread died. ${why}`,
    facts: { where: functionName, why, retryable: true, stack: cause.stack },
  });
}
