import type { ResourceLimits } from 'node:worker_threads';
import { FunctionError } from './function-error.ts';
import { poolClosed } from './pool-closed.ts';
import { PoolThread, ThreadExited } from './pool-thread.ts';
import { asError } from './states-error.ts';

export interface WorkerPoolOptions {
  /** Number of threads; they start at once and stay until `close`. */
  workerCount: number;
  /** Module whose `invokeFunction(functionName, input, setup)` runs in the threads; TypeScript as it is. */
  handlerModule: URL;
  /** Handed to every call; anything that can be cloned. Threads may begin before it is known. */
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

/** A pool whose threads may have begun before anybody knew what they are to do. */
export interface ThreadPool extends WorkerPool {
  setUp(setup: unknown): void;
}

interface WaitingCall {
  take(thread: PoolThread): void;
  fail(reason: unknown): void;
}

/** Threads that work as Lambda environments do: one call at a time each, reused, replaced when they die. */
export function createWorkerPool(options: WorkerPoolOptions): ThreadPool {
  return new Threads(options);
}

class Threads implements ThreadPool {
  private readonly options: WorkerPoolOptions;
  private setup: unknown;
  private readonly all = new Set<PoolThread>();
  private readonly free: PoolThread[] = [];
  private readonly waiting: WaitingCall[] = [];
  private closed = false;

  constructor(options: WorkerPoolOptions) {
    this.options = options;
    this.setup = options.setup;
    for (let count = 0; count < options.workerCount; count++) this.start();
  }

  setUp(setup: unknown): void {
    this.setup = setup;
  }

  async run(functionName: string, input: unknown, { signal }: PoolCallOptions = {}): Promise<unknown> {
    signal?.throwIfAborted();
    if (this.closed) throw poolClosed(functionName);
    const thread = this.free.shift() ?? (await this.turn(functionName, signal));
    const stop = () => void thread.end();
    let answer: Awaited<ReturnType<PoolThread['call']>>;
    try {
      const answering = thread.call({ functionName, input, setup: this.setup });
      signal?.addEventListener('abort', stop);
      answer = await answering;
    } catch (error) {
      // An input that cannot be cloned: the thread knows nothing of it.
      this.giveBack(thread);
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    if ('ended' in answer) {
      if (signal?.aborted) throw signal.reason;
      if (this.closed) throw poolClosed(functionName);
      throw threadDied(functionName, answer.ended);
    }
    if (!signal?.aborted) this.giveBack(thread);
    if ('error' in answer) throw new FunctionError(answer.error);
    return answer.output;
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const call of this.waiting.splice(0)) call.fail(undefined);
    await Promise.all([...this.all].map((thread) => thread.end()));
  }

  private start(): void {
    const { handlerModule, resourceLimits } = this.options;
    let thread: PoolThread;
    try {
      thread = new PoolThread(handlerModule.href, resourceLimits, (why) => this.replace(thread, why));
    } catch (error) {
      // The system gives no thread.
      this.failWaiting(asError(error));
      return;
    }
    this.all.add(thread);
    this.giveBack(thread);
  }

  /** Calls that wait for a thread would wait for ever once there is none. */
  private failWaiting(why: Error): void {
    if (this.all.size === 0) for (const call of this.waiting.splice(0)) call.fail(why);
  }

  private giveBack(thread: PoolThread): void {
    const next = this.waiting.shift();
    if (next) next.take(thread);
    else this.free.push(thread);
  }

  /** A thread that dies between two calls harms nobody: another one starts, unless it could not start itself. */
  private replace(thread: PoolThread, why: Error): void {
    this.all.delete(thread);
    const at = this.free.indexOf(thread);
    if (at >= 0) this.free.splice(at, 1);
    if (this.closed) return;
    if (thread.isReady) this.start();
    else this.failWaiting(why);
  }

  /** The next thread that becomes free, in the order of the calls. */
  private turn(functionName: string, signal: AbortSignal | undefined): Promise<PoolThread> {
    const { promise, resolve, reject } = Promise.withResolvers<PoolThread>();
    const call: WaitingCall = {
      take(thread) {
        signal?.removeEventListener('abort', stop);
        resolve(thread);
      },
      fail: (why) => {
        signal?.removeEventListener('abort', stop);
        reject(why instanceof Error ? threadDied(functionName, why) : poolClosed(functionName));
      },
    };
    const stop = () => {
      this.waiting.splice(this.waiting.indexOf(call), 1);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
    this.waiting.push(call);
    // None is left after one that could not start: perhaps it was a matter of the moment.
    if (this.all.size === 0) this.start();
    return promise;
  }
}

function threadDied(functionName: string, cause: Error): FunctionError {
  const why = cause instanceof ThreadExited ? 'It exited.' : `${cause.name}: ${cause.message}`;
  return new FunctionError({
    // The error that Step Functions sees if a Lambda environment was lost.
    errorType: 'Lambda.Unknown',
    errorMessage: `${functionName}: its worker thread died. ${why}`,
    facts: { where: functionName, why, retryable: true, stack: cause.stack },
  });
}
