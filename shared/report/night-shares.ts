import { rejectsDataset } from '../keys/lake-keys.ts';
import type { NightFacts } from './night-facts.ts';
import { shownVersions } from './record-account.ts';

/** How the rows of a table spread over one partition of the day. */
export interface PartitionShare {
  table: string;
  /** Partition columns of the layout; empty for a table without any. */
  values: Record<string, string | null>;
  rows: number;
  bytes: number;
  files: number;
}

const MOST_SHARES = 40;

/** Rows by partition: of the commit that readers see; before there is one, of the files that are loaded. The largest first. */
export function partitionShares(facts: NightFacts): { shares: PartitionShare[]; leftOut: number } {
  const current = facts.commits.find(({ state }) => state === 'current')?.commit;
  const all = current
    ? current.tables
        .filter(({ dataset }) => dataset !== rejectsDataset(facts.dataset))
        .flatMap(({ dataset, partitions }) =>
          partitions.map(({ values, objects }) => ({ table: dataset, values: ownValues(values), objects })),
        )
    : shownVersions(facts).flatMap(({ loaded }) =>
        loaded.outputs.map((output) => ({
          table: output.dataset,
          values: output.partition,
          objects: [output],
        })),
      );
  const shares = new Map<string, PartitionShare>();
  for (const { table, values, objects } of all) {
    const key = JSON.stringify([table, values]);
    const share = shares.get(key) ?? { table, values, rows: 0, bytes: 0, files: 0 };
    shares.set(key, share);
    for (const { rows, bytes } of objects) {
      share.rows += rows;
      share.bytes += bytes;
      share.files += 1;
    }
  }
  const sorted = [...shares.values()].sort((a, b) => b.rows - a.rows || (a.table < b.table ? -1 : 1));
  return { shares: sorted.slice(0, MOST_SHARES), leftOut: Math.max(0, sorted.length - MOST_SHARES) };
}

/** The layout's partition columns, without those of the day. */
function ownValues(values: Record<string, string | null>): Record<string, string | null> {
  const { year: _y, month: _m, day: _d, ...own } = values;
  return own;
}
