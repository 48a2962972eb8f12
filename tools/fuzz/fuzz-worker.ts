import { parentPort, workerData } from 'node:worker_threads';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { damageInput } from './damage/damage-input.ts';
import type { BatchAnswer, FuzzWorkerSetup } from './fuzz-batch.ts';
import { fuzzInput } from './fuzz-input.ts';

/** An input that keeps more than this has memory that grows with the file. */
const KEPT_BYTES = 256 * 1024 * 1024;

const { subject, seed, emptyDir, at } = workerData as FuzzWorkerSetup;
const index = new Int32Array(at);
const directory = createFileObjectStore({ rootDir: emptyDir });

async function play(input: number, answer: BatchAnswer): Promise<void> {
  if (subject === 'hostile') {
    const { subject: kind, outcome } = await fuzzInput(seed, input, directory);
    answer.outcomes.push([`${kind}: ${outcome}`, 1]);
    return;
  }
  const { damaged, outcome } = await damageInput(seed, input);
  answer.outcomes.push([`files: ${outcome}`, 1]);
  for (const [kind, records] of damaged) {
    answer.outcomes.push([`records: ${kind}`, records]);
    answer.damagedRecords += records;
  }
}

parentPort?.on('message', async ({ from, to }: { from: number; to: number }) => {
  const answer: BatchAnswer = { outcomes: [], damagedRecords: 0, found: [] };
  for (let input = from; input < to; input++) {
    Atomics.store(index, 0, input);
    const before = process.memoryUsage().arrayBuffers;
    try {
      await play(input, answer);
    } catch (error) {
      answer.found.push({ index: input, what: (error as Error).stack ?? String(error) });
    }
    const kept = process.memoryUsage().arrayBuffers - before;
    if (kept > KEPT_BYTES) answer.found.push({ index: input, what: `took ${kept} bytes and keeps them` });
  }
  parentPort?.postMessage(answer);
});
