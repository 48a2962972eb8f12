import * as z from 'zod';
import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { mergePartition } from '../../shared/pipeline/merge/merge-partition.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { type Distribution, distribution } from '../../shared/run/distribution.ts';
import { eventReader } from '../read-event.ts';

const schema = z.object({
  dataset: z.string(),
  planKey: z.string(),
  merges: z.array(z.int().min(0)).min(1),
});

type MergerEvent = z.infer<typeof schema>;

export const readMergerEvent = eventReader('merger', schema);

/** All files of the lot together. The state machine keeps the results of all lots: keys would be too much for it. */
interface MergerResult {
  files: number;
  rows: number;
  bytes: number;
  rowGroups: Distribution;
}

/** State MergeLot: makes one large Parquet object of many parts, for each merge of a lot; reports how large its row groups are. */
export function createMerger(ports: Pick<PipelinePorts, 'lake'>) {
  return async ({ planKey, merges }: MergerEvent): Promise<MergerResult> => {
    const total = { files: merges.length, rows: 0, bytes: 0 };
    const rowGroupRows: number[] = [];
    for (const mergeIndex of merges) {
      const merged = await mergePartition(ports, planKey, { mergeIndex });
      total.rows += merged.rows;
      total.bytes += merged.bytes;
      for (const rows of merged.rowGroupRows) rowGroupRows.push(rows);
    }
    return { ...total, rowGroups: distribution(rowGroupRows) };
  };
}

export function mergerFigures(
  { dataset, planKey, merges }: MergerEvent,
  { rows, bytes }: MergerResult,
): InvocationFigures {
  return {
    dataset,
    figures: { MergedRows: rows, MergedBytes: bytes },
    facts: { planKey, merges: merges.join(' ') },
  };
}
