import type { LoadedEntry, LoadedVersion, MergedFile } from '../../shared/run/ledger-entry.ts';

/** A loaded file of a day, for code that reads only a part of its ledger entry. */
export function sampleEntry(sourceId: string, loaded: Partial<LoadedVersion> = {}): LoadedEntry {
  const runId = loaded.runId ?? `run-${sourceId}`;
  return {
    dataset: 'small',
    sourceId,
    sourceKey: `${sourceId}.txt`,
    businessDate: '2025-08-12',
    version: 'v1',
    inputBytes: 100,
    state: 'loaded',
    runId,
    attempt: 0,
    execution: 'e1',
    layout: { name: 'small', fingerprint: 'f' },
    softwareVersion: '1',
    history: [],
    updatedAt: '2025-08-12T03:00:00.000Z',
    loaded: {
      version: 'v1',
      runId,
      layoutFingerprint: 'f',
      contentDigest: 'd',
      inputBytes: 100,
      records: { read: 10, header: 0, detail: 10, trailer: 0, rejected: 1 },
      rows: 9,
      controlTotals: [],
      outputs: [],
      rejectOutputs: [],
      rowGroups: { count: 1, min: 9, median: 9, max: 9 },
      startedAt: '2025-08-12T02:45:00.000Z',
      loadedAt: '2025-08-12T03:00:00.000Z',
      ...loaded,
    },
  };
}

export function sampleMerged(
  fileName: string,
  product: string,
  changes: Partial<MergedFile> = {},
): MergedFile {
  return {
    dataset: 'small',
    partition: { product },
    mergedKey: `runs/${fileName}`,
    fileName,
    rows: 3,
    bytes: 30,
    ...changes,
  };
}
