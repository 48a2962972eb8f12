import type { Workbench } from '../engine/workbench.ts';
import type { Answer, OpenedFile, Question, WorkbenchMethod } from './worker-protocol.ts';

/** The text of worker.ts, compiled; the build puts it here, since a page that is opened from a folder can load nothing. */
declare const WORKER_SOURCE: string;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A failure that the worker reports, with a message for people. */
class WorkerFailure extends Error {
  override readonly name = 'WorkerFailure';
}

/** Asks the worker; each question has its own answer. */
export class WorkerClient {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  constructor() {
    this.worker = new Worker(URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' })));
    this.worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      const asked = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error === undefined) asked?.resolve(data.value);
      else asked?.reject(new WorkerFailure(data.error.message));
    });
  }

  open(file: OpenedFile): Promise<{ sizeBytes: number }> {
    return this.ask({ method: 'open', file }) as Promise<{ sizeBytes: number }>;
  }

  call<M extends WorkbenchMethod>(
    method: M,
    ...args: Parameters<Workbench[M]>
  ): Promise<Awaited<ReturnType<Workbench[M]>>> {
    return this.ask({ method, args }) as Promise<Awaited<ReturnType<Workbench[M]>>>;
  }

  private ask(call: Question['call']): Promise<unknown> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, call } satisfies Question);
    });
  }
}
