import type { MergePart, PlannedFile } from '../parquet/merge-plan.ts';

/** One merged file to be: `runs/<runId>/merges/<mergeIndex>.json`. */
export interface MergeSpec extends PlannedFile<MergePart> {
  mergeIndex: number;
  kind: 'rows' | 'rejects';
  /** Whose rows they are, or whose rejects. */
  dataset: string;
  partition: Record<string, string | null>;
  outputKey: string;
  fileName: string;
}
