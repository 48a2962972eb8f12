import { partitionPath } from './partition-path.ts';

/**
 * Keys of one run's scratch objects, below `runs/<runId>/`, where no reader looks. Rows of a dataset that is not named like the layout
 * are in a folder of their own.
 */
export function runKeys(runId: string) {
  const root = `runs/${runId}`;
  const folder = (dataset: string | undefined) => (dataset === undefined ? '' : `dataset=${dataset}`);
  return {
    root: `${root}/`,
    plan: `${root}/plan.json`,
    ranges: `${root}/ranges.json`,
    parts: `${root}/parts/`,
    partsOf: (rangeIndex: number) => `${root}/parts/${padded(rangeIndex)}/`,
    partManifest: (rangeIndex: number) => `${root}/parts/${padded(rangeIndex)}.json`,
    part: (rangeIndex: number, partition: Record<string, string | null>, dataset?: string) =>
      `${joined(`${root}/parts/${padded(rangeIndex)}`, folder(dataset), partitionPath(partition) || 'all')}.parquet`,
    rejects: (rangeIndex: number) => `${root}/rejects/${padded(rangeIndex)}.parquet`,
    /** Sizes and checksums of the rejects of a refused file. */
    rejectFiles: `${root}/rejects.json`,
    reconciliation: `${root}/reconciliation.json`,
    merges: `${root}/merges.json`,
    mergeSpec: (mergeIndex: number) => `${root}/merges/${padded(mergeIndex)}.json`,
    mergeResult: (mergeIndex: number) => `${root}/merges/${padded(mergeIndex)}.result.json`,
    /** Merged files that are parts as they are. Verify reads it before the parts. */
    takenParts: `${root}/merges/taken.json`,
    merged: (partition: Record<string, string | null>, fileName: string, dataset?: string) =>
      joined(`${root}/merged`, folder(dataset), partitionPath(partition), fileName),
    mergedRejects: (fileName: string) => `${root}/merged/_rejects/${fileName}`,
    parseResults: `${root}/results/parse`,
  };
}

/** Key of the note that says which ledger entry an execution works on; the watchdog reads it when the execution fails. */
export function executionKey(executionId: string): string {
  return `runs/executions/${executionId}.json`;
}

/** Key of the note that an execution failed before the ledger had an entry of its file; the splitter reads it. */
export function failedExecutionKey(executionId: string): string {
  return `runs/executions/${executionId}.failed.json`;
}

/**
 * `<sourceId>-00000.snappy.parquet`, the name of a merged file and of its published copy; files of several codecs or none have none in their name.
 * Athena, Hive, Spark and Trino pass over files whose names begin with `_` or `.`, and say nothing: such a name gets a letter before it.
 * https://docs.aws.amazon.com/athena/latest/ug/other-notable-limitations.html (hidden files)
 */
export function parquetFileName(sourceId: string, fileIndex: number, compression: string): string {
  const codec = compression === 'none' || compression === 'auto' ? '' : `.${compression}`;
  const shown = /^[._]/.test(sourceId) ? `f${sourceId}` : sourceId;
  return `${shown}-${padded(fileIndex)}${codec}.parquet`;
}

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('/');
}

function padded(index: number): string {
  return String(index).padStart(5, '0');
}
