import type { DayCommit } from '../../shared/day/day-commit.ts';

/** A commit of a day that publishes one table without rows, for code that reads only a part of it. */
export function sampleCommit(changes: Partial<DayCommit> = {}): DayCommit {
  const dataset = changes.dataset ?? 'small';
  return {
    dataset,
    businessDate: '2025-08-12',
    commit: 1,
    committedAt: '2025-08-12T04:00:00.000Z',
    files: [],
    tables: [{ dataset, columns: [], partitionKeys: [], partitions: [] }],
    ...changes,
  };
}

/** A file of a commit. */
export function sampleCommitted(sourceId: string, runId: string): DayCommit['files'][number] {
  return {
    ...{ sourceId, runId, sourceKey: `${sourceId}.txt`, version: 'v1' },
    ...{ recordsRead: 10, rows: 9, rejectedRows: 1, inputBytes: 100 },
  };
}
