import { distribution } from '../../shared/control/ledger-entry.ts';
import { mergePartition } from '../../shared/pipeline/merge-partition.ts';
import type { PipelinePorts } from '../../shared/pipeline/pipeline-ports.ts';

export interface MergerEvent {
  planKey: string;
  merge: { mergeIndex: number };
}

/** State MergePartition: many parts to one large Parquet object; reports how its row groups are distributed. */
export function createMerger(ports: PipelinePorts) {
  return async ({ planKey, merge }: MergerEvent) => {
    const { rowGroupRows, mergedKey, rows, bytes } = await mergePartition(ports, planKey, merge);
    return { mergeIndex: merge.mergeIndex, mergedKey, rows, bytes, rowGroups: distribution(rowGroupRows) };
  };
}
