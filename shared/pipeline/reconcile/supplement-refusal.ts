import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { isCorrectedBy, rejectsTheSame } from '../../run/corrected-version.ts';
import type { FilePlan, SupplementedRun } from '../../run/file-plan.ts';
import { isInUse, isLoaded, type LedgerEntry, supplementedRun } from '../../run/ledger-entry.ts';
import type { Reconciliation } from '../../run/reconciliation.ts';
import { acceptedDetails } from '../../totals/record-counts.ts';
import { dayEntries } from '../store/day-ledger.ts';
import { entryVersions } from '../store/ledger.ts';
import { type FittingSupplement, noteFitting } from '../store/supplement-notes.ts';

/** What another supplement of the same file brings, loaded or being converted. */
type OtherSupplement = Pick<FittingSupplement, 'sourceKey' | 'accepted' | 'contentDigest' | 'supplementOf'>;

/** Why a file of corrected records cannot stand for the records that its file now rejects; undefined for a file of its own. */
export async function supplementRefusal(
  ports: Pick<PipelinePorts, 'lake' | 'clock'>,
  plan: FilePlan,
  account: Reconciliation,
): Promise<Refusal | undefined> {
  const { supplementOf, dataset, businessDate } = plan;
  if (!supplementOf) return undefined;
  const { sourceKey, ledgerKey, runId } = plan;
  const accepted = acceptedDetails(account.records);
  const mine = { sourceKey, ledgerKey, runId, accepted, contentDigest: account.contentDigest, supplementOf };
  return noteFitting(ports.lake, { dataset, businessDate }, mine, async (noted) => {
    const entries = await dayEntries(ports.lake, dataset, businessDate);
    const corrected = entries.find((entry) => entry.sourceKey === supplementOf.sourceKey)?.loaded;
    if (!corrected || !isCorrectedBy(corrected, supplementOf)) return replacedRefusal(plan, supplementOf);
    const converting = noted.filter((other) => isConverting(other, entries, ports.clock.now()));
    const others = [...loadedBeside(plan, supplementOf, entries), ...converting].filter((other) =>
      isCorrectedBy(corrected, other.supplementOf),
    );
    return (
      sizeRefusal(plan, supplementOf, accepted, others, corrected.records.rejected) ??
      doubleRefusal(plan, supplementOf, account, others) ??
      (await placeRefusal(ports, plan, supplementOf, account)) ??
      converting
    );
  });
}

/** What another supplement of the file brings, as far as it is loaded. */
function loadedBeside(
  { sourceKey }: FilePlan,
  supplementOf: SupplementedRun,
  entries: LedgerEntry[],
): OtherSupplement[] {
  return entries.filter(isLoaded).flatMap((entry) => {
    const run = supplementedRun(entry);
    if (run?.sourceKey !== supplementOf.sourceKey || entry.sourceKey === sourceKey) return [];
    const { records, contentDigest } = entry.loaded;
    const accepted = acceptedDetails(records);
    return [{ sourceKey: entry.sourceKey, accepted, contentDigest, supplementOf: run }];
  });
}

/** Was it found to fit, and not loaded, refused or given up since? */
function isConverting({ sourceKey, runId }: FittingSupplement, entries: LedgerEntry[], now: Date): boolean {
  const entry = entries.find((one) => one.sourceKey === sourceKey);
  return entry !== undefined && entry.runId === runId && isInUse(entry, now);
}

/** It was split for a version that no longer stands: what it brings cannot be held to the rejects of another. */
function replacedRefusal({ sourceKey }: FilePlan, supplementOf: SupplementedRun): Refusal {
  return refuse('supplement-unknown', {
    where: sourceKey,
    what: `it brings corrected records of a version of ${supplementOf.sourceKey} that was replaced or taken out while this file was converted`,
    next: `Convert it again with --supplement-of ${supplementOf.sourceKey} --force, if the version that stands rejects the same records.`,
  });
}

/** All files of corrected records together cannot bring more records than were rejected. */
function sizeRefusal(
  { sourceKey }: FilePlan,
  supplementOf: SupplementedRun,
  accepted: number,
  others: OtherSupplement[],
  rejected: number,
): Refusal | undefined {
  const brought = others.reduce((sum, other) => sum + other.accepted, 0);
  if (brought + accepted <= rejected) return undefined;
  return refuse('supplement-too-large', {
    where: sourceKey,
    what: `it brings ${accepted} records for ${supplementOf.sourceKey}, which rejected ${rejected}, and ${brought} of those were brought before${broughtBy(others)}`,
    next: 'Leave in it only records that were rejected and that no other file brings.',
  });
}

function broughtBy(others: OtherSupplement[]): string {
  return others.length === 0 ? '' : `, by ${others.map(({ sourceKey }) => sourceKey).join(', ')}`;
}

/** Two supplements with the same bytes correct the same records, forced or not. */
function doubleRefusal(
  { sourceKey }: FilePlan,
  supplementOf: SupplementedRun,
  { contentDigest }: Reconciliation,
  others: OtherSupplement[],
): Refusal | undefined {
  const double = others.find((other) => other.contentDigest === contentDigest);
  return (
    double &&
    refuse('duplicate-content', {
      where: sourceKey,
      what: `it has the same bytes as ${double.sourceKey}, which corrects records of ${supplementOf.sourceKey} already`,
      why: 'Both together would bring the same records twice.',
      next: `Leave one of the two. To take out the other, use rollback --file ${double.sourceKey} --remove.`,
    })
  );
}

/** The same bytes that were loaded for certain rejects cannot stand for others, even if there are as many. */
async function placeRefusal(
  { lake }: Pick<PipelinePorts, 'lake'>,
  { ledgerKey, sourceKey }: FilePlan,
  supplementOf: SupplementedRun,
  { contentDigest }: Reconciliation,
): Promise<Refusal | undefined> {
  const now = supplementOf.rejects === undefined ? {} : { rejectsDigest: supplementOf.rejects };
  let isForOthers = false;
  for await (const entry of entryVersions(lake, ledgerKey)) {
    const run = supplementedRun(entry);
    if (run?.sourceKey !== supplementOf.sourceKey || entry.loaded?.contentDigest !== contentDigest) continue;
    if (rejectsTheSame(now, run)) return undefined;
    isForOthers = true;
  }
  if (!isForOthers) return undefined;
  return refuse('supplement-other-records', {
    where: sourceKey,
    what: `the same bytes were loaded for a version of ${supplementOf.sourceKey} that rejected other records than the version that stands`,
    why: 'Its rows would stand beside those of accepted records, and the records that are rejected now would stay out.',
    next: `Look at them with rejects --file ${supplementOf.sourceKey}, and bring those, corrected, in a new file. If they are the records of this file at other places, give the file another name and convert it with --force.`,
  });
}
