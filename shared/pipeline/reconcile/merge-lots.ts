import type { MergePart } from '../../parquet/merge-plan.ts';
import type { MergeSpec } from '../../run/merge-spec.ts';

/** Indexes of merges that one call does, one after the other. */
export type MergeLot = number[];

/**
 * So many lots a file has at most. The state machine passes all of them on, and its history holds some seven events for each:
 * 256 KiB and 25,000 events, docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html.
 */
const MOST_LOTS = 60;

/** Cuts merges into lots of nearly the same number, in their order. */
export function mergeLots(merges: { mergeIndex: number }[]): MergeLot[] {
  const count = Math.min(merges.length, MOST_LOTS);
  const indexes = merges.map(({ mergeIndex }) => mergeIndex);
  return Array.from({ length: count }, (_, lot) =>
    indexes.slice(Math.floor((lot * merges.length) / count), Math.floor(((lot + 1) * merges.length) / count)),
  );
}

/** The part that is the merged file already: there is no other one, and its row groups stay as they are. */
export function onlyPart({ parts, mode }: Pick<MergeSpec, 'parts' | 'mode'>): MergePart | undefined {
  const [only, ...others] = parts;
  return others.length === 0 && mode === 'concat' ? only : undefined;
}
