import { runKeys } from '../../keys/run-keys.ts';
import { readLayout } from '../../layout/compile/read-layout.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import type { Refusal } from '../../refusal.ts';
import { type FilePlan, filePlanShape, plannedRangesShape } from '../../run/file-plan.ts';
import type { MergeSpec, TakenPart } from '../../run/merge-spec.ts';
import { partManifestShape } from '../../run/part-manifest.ts';
import { type Reconciliation, reconcile } from '../../run/reconciliation.ts';
import { claimContent, duplicateRefusal, duplicateWarning } from '../store/content-claim.ts';
import { inParallel } from '../store/in-parallel.ts';
import { readJson, writeJson } from '../store/json-object.ts';
import { advanceRun, type LifeOfExecution, readEntry } from '../store/ledger.ts';
import { settleLastRollback } from '../store/settle-rollback.ts';
import { type MergeLot, mergeLots, onlyPart } from './merge-lots.ts';
import { planMerges } from './merge-specs.ts';
import { supplementRefusal } from './supplement-refusal.ts';

/** The answer that travels to the next state: keys and a verdict. */
export type ReconcileResult = ReconciledRun &
  (
    | { verdict: 'balanced'; merges?: MergeLot[] }
    | { verdict: 'already-loaded' }
    | { verdict: 'refused'; refusal: Refusal }
  );

interface ReconciledRun {
  dataset: string;
  sourceKey: string;
  businessDate: string;
  ledgerKey: string;
  runId: string;
  planKey: string;
}

const PARALLEL_READS = 64;

/**
 * Adds up the part manifests of a run, judges the file, and plans the merge of its parts. Fails with `RunInconsistent` if the execution `by`
 * is over, so that this call of it comes late.
 */
export async function reconcileFile(
  ports: PipelinePorts,
  planKey: string,
  by?: LifeOfExecution,
): Promise<ReconcileResult> {
  const { lake, clock } = ports;
  const plan = await readJson(lake, planKey, filePlanShape);
  const keys = runKeys(plan.runId);
  const now = () => clock.now().toISOString();
  await advanceRun(lake, plan.ledgerKey, plan.runId, 'reconciling', now(), {}, by);
  const layout = readLayout(plan.layout.text, plan.layout.file);
  const ranges = await readJson(lake, keys.ranges, plannedRangesShape);
  const manifests = await inParallel(ranges, PARALLEL_READS, ({ rangeIndex }) =>
    readJson(lake, keys.partManifest(rangeIndex), partManifestShape),
  );
  const account = reconcile(plan, layout, ranges, manifests);
  await writeJson(lake, keys.reconciliation, account);
  const { dataset, sourceKey, businessDate, ledgerKey, runId } = plan;
  const result = { dataset, sourceKey, businessDate, ledgerKey, runId, planKey };
  const rejectFiles = { files: manifests.flatMap(({ rejects }) => rejects ?? []) };
  if (account.refusal) {
    await writeJson(lake, keys.rejectFiles, rejectFiles);
    return { verdict: 'refused', ...result, refusal: account.refusal };
  }
  if (await isLoadedAlready(ports, plan, account)) return { verdict: 'already-loaded', ...result };
  const { checksum } = account;
  const double = checksum === undefined ? undefined : await claimContent(ports, { ...plan, checksum });
  // What others bring of the same records comes first: no force helps against that.
  const refusal =
    (await supplementRefusal(ports, plan, account)) ??
    (double && plan.duplicates !== 'warn' ? duplicateRefusal(plan.sourceKey, double) : undefined);
  if (refusal) {
    await writeJson(lake, keys.rejectFiles, rejectFiles);
    await writeJson(lake, keys.reconciliation, { ...account, refusal });
    return { verdict: 'refused', ...result, refusal };
  }
  const specs = planMerges(plan, layout, manifests);
  const toMerge = specs.filter((spec) => onlyPart(spec) === undefined);
  await inParallel(toMerge, PARALLEL_READS, (spec) => writeJson(lake, keys.mergeSpec(spec.mergeIndex), spec));
  const taken = specs.flatMap(takenPart);
  if (taken.length > 0) await writeJson(lake, keys.takenParts, { parts: taken });
  await writeJson(
    lake,
    keys.merges,
    specs.map((spec) => ({ mergeIndex: spec.mergeIndex, ...(onlyPart(spec) && { taken: true }) })),
  );
  const lots = mergeLots(toMerge);
  const warnings = [
    ...(double ? [duplicateWarning(plan.sourceKey, double)] : []),
    ...(account.warnings ?? []),
  ];
  const changes = warnings.length > 0 ? await withWarnings(ports, plan, warnings) : {};
  await advanceRun(lake, plan.ledgerKey, plan.runId, 'merging', now(), changes);
  return { verdict: 'balanced', ...result, ...(lots.length > 0 && { merges: lots }) };
}

/** A part that is a file already becomes the merged file where it is: nobody has to copy it before it is published. */
function takenPart(spec: MergeSpec): TakenPart[] {
  const part = onlyPart(spec);
  if (!part) return [];
  const { mergeIndex, kind, dataset, partition, fileName } = spec;
  const { key: mergedKey, rows, bytes, rowGroupRows, checksum } = part;
  const file = { mergeIndex, kind, dataset, partition, mergedKey, fileName, rows, bytes, rowGroupRows };
  return [{ ...file, ...(checksum !== undefined && { checksum }) }];
}

/** The warnings of the ledger entry, with those added that are not there already. */
async function withWarnings(
  { lake }: PipelinePorts,
  { ledgerKey }: FilePlan,
  added: string[],
): Promise<{ warnings: string[] }> {
  const { warnings = [] } = (await readEntry(lake, ledgerKey)) ?? {};
  return { warnings: [...new Set([...warnings, ...added])] };
}

/** The same bytes as the loaded version, under a new version: nothing to do, unless the run is forced. */
async function isLoadedAlready(
  { lake }: PipelinePorts,
  plan: FilePlan,
  account: Reconciliation,
): Promise<boolean> {
  if (plan.forced) return false;
  const isLoadedNow = async () => {
    const { loaded } = (await readEntry(lake, plan.ledgerKey)) ?? {};
    return (
      loaded !== undefined &&
      loaded.version !== plan.version &&
      loaded.layoutFingerprint === plan.layout.fingerprint &&
      loaded.contentDigest === account.contentDigest
    );
  };
  if (!(await isLoadedNow())) return false;
  // A rollback may have taken it back, and have died before the ledger knew.
  await settleLastRollback({ lake }, plan.dataset, plan.businessDate);
  return isLoadedNow();
}
