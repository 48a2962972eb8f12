import { flag, listOf, objectOf, oneOf, optional, text, wholeNumber } from '../json-shape.ts';
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
  /** Set if the merged file is a part as it is: `merges/taken.json` says which. Nothing is to be done, so it has neither spec nor result. */
  taken?: boolean;
}

/** The file that one merge wrote: `runs/<runId>/merges/<mergeIndex>.result.json`. */
export interface MergeResult extends MergedFile {
  kind: 'rows' | 'rejects';
  rowGroupRows: number[];
}

/** A merged file that is a part as it is: one of `runs/<runId>/merges/taken.json`, which has them all. */
export interface TakenPart extends MergeResult {
  mergeIndex: number;
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

export const plannedMergesShape = listOf(
  objectOf<PlannedMerge>({ mergeIndex: wholeNumber, taken: optional(flag) }),
);

const mergeResultKeys = { ...mergedFileKeys, kind: kindShape, rowGroupRows: listOf(wholeNumber) };
export const mergeResultShape = objectOf<MergeResult>(mergeResultKeys);
export const takenPartsShape = objectOf<{ parts: TakenPart[] }>({
  parts: listOf(objectOf<TakenPart>({ ...mergeResultKeys, mergeIndex: wholeNumber })),
});
