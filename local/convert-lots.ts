import { join } from 'node:path';
import type { DescribedObject } from '../shared/ports/object-store.ts';
import { DescribedFiles } from './adapters/described-files.ts';
import { checksumOn } from './checksums-on-workers.ts';
import { convertFile } from './convert-file.ts';
import type { Lot } from './convert-lot.ts';
import { type EarlySum, earlierSums } from './early-sum.ts';
import type { FileSummary } from './file-summary.ts';
import { createLocalPorts } from './local-ports.ts';
import { localVersion } from './local-version.ts';
import { LEAST_SPREAD_BYTES, type Night, type NightOptions, sizeOf } from './night.ts';
import { LotPublisher, type WaitingFile } from './publish-lots.ts';
import { receivedLot, type SentLot } from './sent-lot.ts';

/** Of fewer files each is converted on its own, with all steps in the ledger. */
const LEAST_FILES = 4;
const MOST_FILES_OF_LOT = 32;
const MOST_LOT_BYTES = 32 * 1024 * 1024;
/** So many lots for each thread, if there are enough files, so that all end at nearly the same time. */
const LOTS_A_THREAD = 4;
/** Lots that wait for a thread, for each thread. */
const LOTS_AHEAD = 2;

/** The inputs of a night that are converted in lots. */
export async function inLots(options: NightOptions): Promise<Set<string>> {
  return smallInputs(options, await Promise.all(options.inputs.map(sizeOf)));
}

/** The inputs that are converted in lots: those that one thread reads, if there are several of them. */
export function smallInputs(
  { inputs, request, isStandardInput }: NightOptions,
  sizes: number[],
): Set<string> {
  // What is forced or corrects another file looks at more than its own documents.
  if (request.force || request.supplementOf !== undefined || isStandardInput) return new Set();
  const most = Math.min(LEAST_SPREAD_BYTES, request.rangeSizeBytes ?? LEAST_SPREAD_BYTES);
  const small = inputs.filter((_, index) => sizes[index]! > 0 && sizes[index]! <= most);
  return new Set(small.length < LEAST_FILES ? [] : small);
}

export function lotCountOf(fileCount: number, workerCount: number): number {
  return Math.ceil(fileCount / filesOfLot(fileCount, workerCount));
}

function filesOfLot(fileCount: number, workerCount: number): number {
  const even = Math.ceil(fileCount / (workerCount * LOTS_A_THREAD));
  return Math.min(Math.max(even, LEAST_FILES), MOST_FILES_OF_LOT);
}

/** Cuts inputs into lots, in their order. */
async function planLots(inputs: string[], workerCount: number): Promise<string[][]> {
  const most = filesOfLot(inputs.length, workerCount);
  const sizes = await Promise.all(inputs.map(sizeOf));
  const lots: string[][] = [];
  let lotBytes = 0;
  for (const [index, input] of inputs.entries()) {
    const last = lots.at(-1);
    lotBytes += sizes[index]!;
    if (last && last.length < most && lotBytes <= MOST_LOT_BYTES) last.push(input);
    else {
      lots.push([input]);
      lotBytes = sizes[index]!;
    }
  }
  return lots;
}

/**
 * Converts small files in lots, several lots at once, and publishes their days as they go on: each file is told when its day was published
 * after it, or waits for others. In the order of the inputs.
 */
export async function* convertLots(night: Night, inputs: string[]): AsyncGenerator<FileSummary> {
  if (inputs.length === 0) return;
  const { options, setup } = night;
  const show = (line: string) => options.progress?.notified(line);
  const again = (input: string) => convertFile(input, alone(night));
  const { known, know, forget } = knownObjects(night);
  const publisher = new LotPublisher(createLocalPorts(setup, show, undefined, known), again, forget);
  const waiting: WaitingFile[] = [];
  await showProgress(night, inputs);
  for await (const { lot, sent } of lotsInOrder(night, await planLots(inputs, options.workerCount))) {
    const files = receivedLot(sent, know);
    for (const [index, input] of lot.entries()) {
      if (options.signal?.aborted) return;
      const file = files[index];
      const { rows = 0, rejected = 0 } = file ?? {};
      options.progress?.rangeDone({ rows, rejected });
      waiting.push(file ? { input, file } : { summary: await again(input) });
    }
    if (publisher.isDue()) yield* publisher.publish(waiting.splice(0));
  }
  if (options.signal?.aborted) return;
  options.progress?.stage('Finalize');
  yield* publisher.publish(waiting);
}

/** What the threads of a night said of data files that wait for their day, for the store of whoever publishes it. */
function knownObjects(night: Night) {
  const settled = new Set<string>();
  const described = new DescribedFiles();
  const early = new Map<string, EarlySum>();
  return {
    known: {
      checksumOf: earlierSums(early, checksumOn(night)),
      isOnDisk: (key: string) => settled.has(key),
      described,
    },
    know(key: string, file: DescribedObject | undefined, sum: EarlySum | undefined): void {
      settled.add(key);
      if (file) described.add(key, file);
      if (sum) early.set(join(night.setup.lakeDir, key), sum);
    },
    forget(): void {
      for (const one of [settled, described, early]) one.clear();
    },
  };
}

async function showProgress({ options, setup }: Night, inputs: string[]): Promise<void> {
  const totalBytes = (await Promise.all(inputs.map(sizeOf))).reduce((sum, bytes) => sum + bytes, 0);
  const { bytesRead } = setup;
  if (bytesRead) Atomics.store(bytesRead, 0, 0n);
  options.progress?.fileStarted(`${inputs.length} files`, {
    totalBytes,
    bytesRead: () => (bytesRead ? Number(Atomics.load(bytesRead, 0)) : 0),
  });
  options.progress?.stage('ParseRanges');
}

/** The night for one file of a lot: the progress stays that of all. */
function alone(night: Night): Night {
  const { progress } = night.options;
  const { bytesRead: _, ...setup } = night.setup;
  const quiet = progress && {
    ...progress,
    fileStarted: () => undefined,
    planned: () => undefined,
    stage: () => undefined,
  };
  return { ...night, setup, options: { ...night.options, progress: quiet } };
}

/** Runs lots on the threads, a few ahead, and answers with each in its order. A lot that failed as a whole answers nothing for its files. */
async function* lotsInOrder(night: Night, lots: string[][]) {
  const { options, pool } = night;
  const { signal, rawRoot } = options;
  const request = {
    ...options.request,
    rangeSizeBytes: options.request.rangeSizeBytes ?? LEAST_SPREAD_BYTES,
  };
  const softwareVersion = localVersion();
  const started: Promise<SentLot>[] = [];
  const start = (inputs: string[]) => {
    const lot: Lot = { inputs, rawRoot, request, softwareVersion };
    const failed = (): SentLot => ({ files: inputs.map(() => null), schemas: [] });
    started.push((pool.run('lot', lot, signal && { signal }) as Promise<SentLot>).catch(failed));
  };
  for (const [index, lot] of lots.entries()) {
    while (started.length < Math.min(lots.length, index + options.workerCount * LOTS_AHEAD)) {
      start(lots[started.length]!);
    }
    yield { lot, sent: await started[index]! };
    delete started[index];
  }
}
