import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BatchAnswer, FoundCase, FuzzSubject, FuzzWorkerSetup } from './fuzz-batch.ts';

const BATCH = 200;
const LIMIT_MS = 10_000;
const HEAP_MB = 512;

interface FuzzPlan {
  subject: FuzzSubject;
  seed: number;
  /** The first input. */
  from: number;
  /** The most inputs. */
  inputs: number;
  /** No new inputs once so many damaged records were played. */
  damagedRecords: number;
  workers: number;
}

interface FuzzResult {
  counts: Map<string, number>;
  found: FoundCase[];
  inputs: number;
  damagedRecords: number;
}

/** Plays inputs on worker threads. An input that takes too long or too much memory is a found case, and its thread is replaced. */
export class FuzzPool {
  private readonly counts = new Map<string, number>();
  private readonly found: FoundCase[] = [];
  private readonly plan: FuzzPlan;
  private next: number;
  private done = 0;
  private damagedRecords = 0;

  constructor(plan: FuzzPlan) {
    this.plan = plan;
    this.next = plan.from;
  }

  async run(progress: (done: number) => void): Promise<FuzzResult> {
    const dir = await mkdtemp(join(tmpdir(), 'positional-lake-fuzz-'));
    // In a folder of its own: hostile keys may lead to what is beside the empty one.
    const emptyDir = join(dir, 'empty');
    try {
      await mkdir(emptyDir);
      await Promise.all(Array.from({ length: this.plan.workers }, () => this.lane(emptyDir, progress)));
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
    const { counts, found, done, damagedRecords } = this;
    return { counts, found, inputs: done, damagedRecords };
  }

  private async lane(emptyDir: string, progress: (done: number) => void): Promise<void> {
    const { plan } = this;
    const end = plan.from + plan.inputs;
    let thread = new FuzzThread(plan, emptyDir);
    while (this.next < end && this.damagedRecords < plan.damagedRecords) {
      const from = this.next;
      const to = Math.min(from + BATCH, end);
      this.next = to;
      for (let start = from; start < to; ) {
        const answer = await thread.play(start, to);
        for (const [name, count] of answer.outcomes)
          this.counts.set(name, (this.counts.get(name) ?? 0) + count);
        this.damagedRecords += answer.damagedRecords;
        this.found.push(...answer.found);
        if (answer.stoppedAt === undefined) break;
        start = answer.stoppedAt + 1;
        await thread.end();
        thread = new FuzzThread(plan, emptyDir);
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

  constructor({ subject, seed }: FuzzPlan, emptyDir: string) {
    const workerData: FuzzWorkerSetup = { subject, seed, emptyDir, at: this.at.buffer as SharedArrayBuffer };
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
      resolve({ outcomes: [], damagedRecords: 0, found: [{ index: stoppedAt, what }], stoppedAt });
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
