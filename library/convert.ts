import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { checkedInputs } from '../cli/convert-inputs.ts';
import { refuseWithinLake } from '../cli/lake-folder.ts';
import { requireWritable } from '../cli/prepare-lake.ts';
import { createFileLayoutSource, layoutWord } from '../local/adapters/file-layout-source.ts';
import { closeToOthers } from '../local/adapters/file-modes.ts';
import { removeAbandonedFiles } from '../local/adapters/unfinished-files.ts';
import { convertNight } from '../local/convert-night.ts';
import { UsageError } from '../shared/errors.ts';
import { loadLayout } from '../shared/pipeline/store/load-layout.ts';
import { type ConvertProgress, toldProgress } from './convert-progress.ts';
import { requireKnown } from './known-options.ts';
import type { Layout } from './open-layout.ts';

export interface ConvertOptions {
  /** A path, a name in `./layouts` or in the box, or a layout that was opened from a file. */
  layout: string | Layout;
  /** Paths of files. */
  inputs: string | readonly string[];
  /** Folder of the lake; made if it does not exist. */
  lake: string;
  /** yyyy-MM-dd; by default the name or the header of each file says it. */
  businessDate?: string;
  /** Source keys are paths below this folder; by default the names of the files. */
  rawRoot?: string;
  /** Publish the day when so many files are loaded, or these names; by default as files are loaded. */
  expectedFiles?: number | string[];
  /** Threads; by default one per core. */
  workers?: number;
  rangeSizeBytes?: number;
  compression?: 'auto' | 'snappy' | 'zstd' | 'zstd-fast' | 'none';
  /** Convert again what is already loaded or was rolled back. */
  force?: boolean;
  /** The inputs hold corrected records, which this loaded file of the same day rejected. */
  supplementOf?: string;
  /** False for a lake that may be lost with the power. */
  sync?: boolean;
  /** Stops the conversion; nothing of an unfinished file is published. */
  signal?: AbortSignal;
  /** Told a few times a second how far it is. */
  onProgress?: (progress: ConvertProgress) => void;
}

const OPTIONS = Object.keys({
  layout: true,
  inputs: true,
  lake: true,
  businessDate: true,
  rawRoot: true,
  expectedFiles: true,
  workers: true,
  rangeSizeBytes: true,
  compression: true,
  force: true,
  supplementOf: true,
  sync: true,
  signal: true,
  onProgress: true,
} satisfies Record<keyof ConvertOptions, true>);

/** The outcome of one file, as `convert --json` prints it. */
export interface ConvertedFile {
  status: 'loaded' | 'already-loaded' | 'refused' | 'failed';
  sourceKey: string;
  businessDate: string | null;
  inputBytes: number;
  records: { read: number; header: number; detail: number; trailer: number; rejected: number };
  rows: number;
  /** Parquet files, and how many rows each has; keys are paths below the lake. */
  outputs: {
    key: string;
    dataset: string;
    partition: Record<string, string | null>;
    rows: number;
    bytes: number;
  }[];
  /** True if readers see it now: the day is complete. */
  published: boolean;
  seconds: number;
  /** Why it was refused or failed, and what to do next. */
  reason?: string;
  warnings?: string[];
}

/**
 * Converts files into a lake, one after the other, each on several threads; many small ones several at once. A file that does not balance is `refused`, and is an answer, not
 * an error. Rejects with a `LayoutInvalid`, `SourceNotFound` or `UsageError` before anything is written if the options are wrong.
 */
export async function convert(options: ConvertOptions): Promise<ConvertedFile[]> {
  requireKnown('convert', options, OPTIONS);
  const { inputs, businessDate, rangeSizeBytes, compression, force, supplementOf } = options;
  if (inputs === undefined || inputs.length === 0) {
    throw new UsageError({ what: 'there are no inputs', next: 'Name at least one file in "inputs".' });
  }
  const lakeDir = resolve(options.lake);
  const rawRoot = options.rawRoot === undefined ? undefined : resolve(options.rawRoot);
  const layout = await layoutWord(fileOf(options.layout));
  const { layout: known } = await loadLayout(createFileLayoutSource(), layout);
  const paths = await checkedInputs(typeof inputs === 'string' ? [inputs] : [...inputs], rawRoot, known);
  refuseWithinLake(lakeDir);
  await requireWritable(lakeDir);
  await closeToOthers(lakeDir);
  await removeAbandonedFiles(lakeDir);
  const files: ConvertedFile[] = [];
  const progress = options.onProgress && toldProgress(options.onProgress);
  const summaries = convertNight({
    inputs: paths,
    lakeDir,
    rawRoot,
    expectedFiles: options.expectedFiles,
    workerCount: options.workers ?? availableParallelism(),
    sync: options.sync ?? true,
    signal: options.signal,
    progress,
    request: { layout, businessDate, rangeSizeBytes, compression, force, supplementOf },
  });
  try {
    for await (const summary of summaries) files.push(summary);
    return files;
  } finally {
    progress?.done();
  }
}

function fileOf(layout: string | Layout): string {
  const file = typeof layout === 'string' ? layout : layout.file;
  if (file !== undefined) return file;
  throw new UsageError({
    what: 'the layout was given as an object, and convert needs a file of it',
    why: 'A later command reads the layout of a lake again.',
    next: 'Write it to a file, and give its path.',
  });
}
