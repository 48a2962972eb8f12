import * as z from 'zod';
import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { mergePartition } from '../../shared/pipeline/merge/merge-partition.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { type Distribution, distribution } from '../../shared/run/distribution.ts';
import { eventReader } from '../read-event.ts';

const schema = z.object({
  dataset: z.string(),
  planKey: z.string(),
  merge: z.object({ mergeIndex: z.int().min(0) }),
});

type MergerEvent = z.infer<typeof schema>;

export const readMergerEvent = eventReader('merger', schema);

interface MergerResult {
  mergeIndex: number;
  mergedKey: string;
  rows: number;
  bytes: number;
  rowGroups: Distribution;
}

/** State MergePartition: makes one large Parquet object of many parts; reports how large its row groups are. */
export function createMerger(ports: Pick<PipelinePorts, 'lake'>) {
  return async ({ planKey, merge }: MergerEvent): Promise<MergerResult> => {
    const { rowGroupRows, mergedKey, rows, bytes } = await mergePartition(ports, planKey, merge);
    return { mergeIndex: merge.mergeIndex, mergedKey, rows, bytes, rowGroups: distribution(rowGroupRows) };
  };
}

export function mergerFigures({ dataset, planKey }: MergerEvent, result: MergerResult): InvocationFigures {
  const { mergeIndex, rows, bytes } = result;
  return { dataset, figures: { MergedRows: rows, MergedBytes: bytes }, facts: { planKey, mergeIndex } };
}
