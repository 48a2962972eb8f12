import { listOf, objectOf, oneOf, optional, text, wholeNumber } from '../json-shape.ts';
import { partitionShape } from '../keys/partition-path.ts';
import type { MergePart, PlannedFile } from '../parquet/merge-plan.ts';
import { type MergedFile, mergedFileKeys } from './ledger-entry.ts';

/** A merged file that is to be written: `runs/<runId>/merges/<mergeIndex>.json`. */
export interface MergeSpec extends PlannedFile<MergePart> {
  mergeIndex: number;
  kind: 'rows' | 'rejects';
  /** Dataset of the rows; for rejects the layout's name. */
  dataset: string;
  partition: Record<string, string | null>;
  outputKey: string;
  fileName: string;
}

/** One item of `runs/<runId>/merges.json`. */
interface PlannedMerge {
  mergeIndex: number;
}

/** The file that one merge wrote: `runs/<runId>/merges/<mergeIndex>.result.json`. */
export interface MergeResult extends MergedFile {
  kind: 'rows' | 'rejects';
  rowGroupRows: number[];
}

const kindShape = oneOf(['rows', 'rejects']);

export const mergeSpecShape = objectOf<MergeSpec>({
  mergeIndex: wholeNumber,
  kind: kindShape,
  dataset: text,
  partition: partitionShape,
  outputKey: text,
  fileName: text,
  parts: listOf(
    objectOf<MergePart>({
      key: text,
      rows: wholeNumber,
      bytes: wholeNumber,
      rowGroupRows: listOf(wholeNumber),
      checksum: optional(text),
    }),
  ),
  mode: oneOf(['concat', 'join']),
});

export const plannedMergesShape = listOf(objectOf<PlannedMerge>({ mergeIndex: wholeNumber }));

export const mergeResultShape = objectOf<MergeResult>({
  ...mergedFileKeys,
  kind: kindShape,
  rowGroupRows: listOf(wholeNumber),
});
