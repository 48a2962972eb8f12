import { listOf, objectOf, text, wholeNumber } from '../../json-shape.ts';
import { supplementNotesKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type SupplementedRun, supplementedRunShape } from '../../run/file-plan.ts';
import { compareAndSwap, replace } from './compare-and-swap.ts';
import { findStoredJson } from './json-object.ts';
import { sealedBytes } from './sealed-json.ts';

/** A supplement that was found to fit its file, and is not loaded yet. */
export interface FittingSupplement {
  sourceKey: string;
  ledgerKey: string;
  runId: string;
  /** Records that it brings. */
  accepted: number;
  contentDigest: string;
  supplementOf: SupplementedRun;
}

/**
 * The supplements of one file that were found to fit and may not be in the ledger yet: `_holds/supplements-<sourceId>.json`. Two that are
 * judged at the same moment change this one object by conditional writes, so the second sees the first.
 */
interface SupplementNotes {
  fitting: FittingSupplement[];
}

const supplementNotesShape = objectOf<SupplementNotes>({
  fitting: listOf(
    objectOf<FittingSupplement>({
      sourceKey: text,
      ledgerKey: text,
      runId: text,
      accepted: wholeNumber,
      contentDigest: text,
      supplementOf: supplementedRunShape,
    }),
  ),
});

/**
 * Notes that `mine` fits its file, unless `judge` says why not. `judge` gets what others noted before, and must read the ledger after it was
 * called: what has gone from being converted to being loaded is then seen in one of the two. It answers with a refusal, or with those of the
 * others that are still being converted.
 */
export function noteFitting<Refused extends { code: string }>(
  lake: ObjectStore,
  day: { dataset: string; businessDate: string },
  mine: FittingSupplement,
  judge: (others: FittingSupplement[]) => Promise<Refused | FittingSupplement[]>,
): Promise<Refused | undefined> {
  const key = supplementNotesKey(day.dataset, day.businessDate, mine.supplementOf.sourceKey);
  return compareAndSwap(key, async () => {
    const stored = await findStoredJson(lake, key, supplementNotesShape);
    const noted = stored?.value.fitting ?? [];
    const judged = await judge(noted.filter(({ sourceKey }) => sourceKey !== mine.sourceKey));
    if (!Array.isArray(judged)) return judged;
    await replace(lake, key, sealedBytes(key, { fitting: [...judged, mine] }), stored);
    return undefined;
  });
}
