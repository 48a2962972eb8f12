import { parentPort, workerData } from 'node:worker_threads';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import type { BatchAnswer, FuzzWorkerSetup } from './fuzz-batch.ts';
import { fuzzInput } from './fuzz-input.ts';

/** An input that keeps more than this has memory that grows with the file. */
const KEPT_BYTES = 256 * 1024 * 1024;

const { seed, emptyDir, at } = workerData as FuzzWorkerSetup;
const index = new Int32Array(at);
const directory = createFileObjectStore({ rootDir: emptyDir });

parentPort?.on('message', async ({ from, to }: { from: number; to: number }) => {
  const answer: BatchAnswer = { outcomes: [], found: [] };
  for (let input = from; input < to; input++) {
    Atomics.store(index, 0, input);
    const before = process.memoryUsage().arrayBuffers;
    try {
      const { subject, outcome } = await fuzzInput(seed, input, directory);
      answer.outcomes.push(`${subject}: ${outcome}`);
    } catch (error) {
      answer.found.push({ index: input, what: (error as Error).stack ?? String(error) });
    }
    const kept = process.memoryUsage().arrayBuffers - before;
    if (kept > KEPT_BYTES) answer.found.push({ index: input, what: `took ${kept} bytes and keeps them` });
  }
  parentPort?.postMessage(answer);
});
