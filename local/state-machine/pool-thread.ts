import { fileURLToPath } from 'node:url';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { ThreadMessage, WorkerReply, WorkerSetup, WorkerTask } from './worker.ts';

/** What becomes of a thread's call, besides an answer. */
type ThreadEnd = { ended: Error };

/** A thread of a pool. It takes one call at a time, and keeps no process alive that waits for nothing else. */
export class PoolThread {
  /** It began to listen: a thread that dies before it would die again. */
  isReady = false;
  private readonly worker: Worker;
  private lastError: Error | undefined;
  private answered: ((outcome: WorkerReply | ThreadEnd) => void) | undefined;
  private readonly hasEnded: Promise<void>;

  /** `onEnd` is called once the thread can do nothing more, after its call has failed. */
  constructor(
    handlerModule: string,
    resourceLimits: ResourceLimits | undefined,
    onEnd: (why: Error) => void,
  ) {
    const workerData: WorkerSetup = { handlerModule };
    this.worker = new Worker(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
      workerData,
      ...(resourceLimits && { resourceLimits }),
    });
    this.worker.unref();
    this.worker.on('message', (message: ThreadMessage) => {
      if ('ready' in message) this.isReady = true;
      else this.settle(message);
    });
    this.worker.on('error', (error) => {
      this.lastError = error instanceof Error ? error : new Error(String(error));
    });
    this.hasEnded = new Promise((resolve) => {
      this.worker.once('exit', () => {
        const ended = this.lastError ?? new ThreadExited();
        this.settle({ ended });
        onEnd(ended);
        resolve();
      });
    });
  }

  /** Calls the thread's function. Throws what cannot be sent. */
  call(task: WorkerTask): Promise<WorkerReply | ThreadEnd> {
    this.worker.postMessage(task);
    this.worker.ref();
    return new Promise((resolve) => {
      this.answered = resolve;
    });
  }

  /** Ends it, whatever it does, and waits until it can do nothing more. */
  async end(): Promise<void> {
    void this.worker.terminate();
    await this.hasEnded;
  }

  private settle(outcome: WorkerReply | ThreadEnd): void {
    this.worker.unref();
    this.answered?.(outcome);
    this.answered = undefined;
  }
}

/** A thread that ended without an error. */
export class ThreadExited extends Error {
  override readonly name = 'ThreadExited';
}
