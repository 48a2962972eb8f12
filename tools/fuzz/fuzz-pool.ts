import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BatchAnswer, FoundCase, FuzzWorkerSetup } from './fuzz-batch.ts';

const BATCH = 200;
const LIMIT_MS = 10_000;
const HEAP_MB = 512;

/** Plays inputs on worker threads. An input that takes too long or too much memory is a found case, and its thread is replaced. */
export class FuzzPool {
  private readonly counts = new Map<string, number>();
  private readonly found: FoundCase[] = [];
  private readonly seed: number;
  private readonly end: number;
  private readonly workers: number;
  private next: number;
  private done = 0;

  constructor({
    seed,
    from,
    inputs,
    workers,
  }: { seed: number; from: number; inputs: number; workers: number }) {
    this.seed = seed;
    this.next = from;
    this.end = from + inputs;
    this.workers = workers;
  }

  async run(progress: (done: number) => void): Promise<{ counts: Map<string, number>; found: FoundCase[] }> {
    const dir = await mkdtemp(join(tmpdir(), 'positional-lake-fuzz-'));
    // In a folder of its own: hostile keys may lead to what is beside the empty one.
    const emptyDir = join(dir, 'empty');
    try {
      await mkdir(emptyDir);
      await Promise.all(Array.from({ length: this.workers }, () => this.lane(emptyDir, progress)));
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
    return { counts: this.counts, found: this.found };
  }

  private async lane(emptyDir: string, progress: (done: number) => void): Promise<void> {
    let thread = new FuzzThread(this.seed, emptyDir);
    while (this.next < this.end) {
      const from = this.next;
      const to = Math.min(from + BATCH, this.end);
      this.next = to;
      for (let start = from; start < to; ) {
        const answer = await thread.play(start, to);
        for (const outcome of answer.outcomes) this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
        this.found.push(...answer.found);
        if (answer.stoppedAt === undefined) break;
        start = answer.stoppedAt + 1;
        await thread.end();
        thread = new FuzzThread(this.seed, emptyDir);
      }
      this.done += to - from;
      progress(this.done);
    }
    await thread.end();
  }
}

class FuzzThread {
  private readonly worker: Worker;
  private readonly at = new Int32Array(new SharedArrayBuffer(4));

  constructor(seed: number, emptyDir: string) {
    const workerData: FuzzWorkerSetup = { seed, emptyDir, at: this.at.buffer as SharedArrayBuffer };
    this.worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    this.worker.setMaxListeners(0);
  }

  /** Inputs from `from` to `to`; `stoppedAt` is the one at which the thread hung or died. */
  async play(from: number, to: number): Promise<BatchAnswer & { stoppedAt?: number }> {
    Atomics.store(this.at, 0, from);
    const { promise, resolve } = Promise.withResolvers<BatchAnswer & { stoppedAt?: number }>();
    const stopped = (what: string) => {
      const stoppedAt = Atomics.load(this.at, 0);
      resolve({ outcomes: [], found: [{ index: stoppedAt, what }], stoppedAt });
    };
    let since = performance.now();
    let seen = from;
    const watch = setInterval(() => {
      const index = Atomics.load(this.at, 0);
      if (index !== seen) [seen, since] = [index, performance.now()];
      else if (performance.now() - since > LIMIT_MS) stopped(`takes longer than ${LIMIT_MS / 1000} s`);
    }, 250);
    const onError = (error: Error) => stopped(`the thread died: ${error.message}`);
    this.worker.once('message', resolve);
    this.worker.once('error', onError);
    this.worker.postMessage({ from, to });
    const answer = await promise;
    clearInterval(watch);
    this.worker.off('message', resolve);
    this.worker.off('error', onError);
    return answer;
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }
}
