import { runKeys } from '../../keys/run-keys.ts';
import type { Layout } from '../../layout/layout.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { distribution } from '../../run/distribution.ts';
import type { FilePlan } from '../../run/file-plan.ts';
import type { LoadedVersion } from '../../run/ledger-entry.ts';
import {
  type MergeResult,
  mergeResultShape,
  plannedMergesShape,
  takenPartsShape,
} from '../../run/merge-spec.ts';
import type { Reconciliation } from '../../run/reconciliation.ts';
import { inParallel } from '../store/in-parallel.ts';
import { readJson } from '../store/json-object.ts';
import { tableSchemas } from '../store/table-schemas.ts';

const PARALLEL_READS = 64;

/** The version that a run loaded, for the ledger: what it counted, and its merged files. */
export async function loadedVersion(
  ports: PipelinePorts,
  plan: FilePlan,
  layout: Layout,
  account: Reconciliation,
): Promise<LoadedVersion> {
  const results = await mergedFiles(ports.lake, plan.runId);
  const files = (kind: MergeResult['kind']) =>
    results
      .filter((result) => result.kind === kind)
      .map(({ dataset, partition, mergedKey, fileName, rows, bytes, checksum }) => ({
        dataset,
        partition,
        mergedKey,
        fileName,
        rows,
        bytes,
        ...(checksum === undefined ? {} : { checksum }),
      }));
  const outputs = files('rows');
  return {
    version: plan.version,
    runId: plan.runId,
    layoutFingerprint: layout.fingerprint,
    tables: tableSchemas(layout).rows,
    contentDigest: account.contentDigest,
    ...(account.checksum === undefined ? {} : { checksum: account.checksum }),
    softwareVersion: plan.softwareVersion,
    ...(plan.storedBytes === undefined ? {} : { storedBytes: plan.storedBytes }),
    inputBytes: plan.sizeBytes,
    records: account.records,
    ...(account.rejectsDigest === undefined ? {} : { rejectsDigest: account.rejectsDigest }),
    rows: outputs.reduce((sum, output) => sum + output.rows, 0),
    controlTotals: account.controlTotals,
    outputs,
    rejectOutputs: files('rejects'),
    supplementOf: plan.supplementOf ?? null,
    rowGroups: distribution(
      results.filter(({ kind }) => kind === 'rows').flatMap((result) => result.rowGroupRows),
    ),
    startedAt: plan.startedAt,
    loadedAt: ports.clock.now().toISOString(),
  };
}

/** The merged files of a run, in the order of their numbers: those that mergers wrote, and parts that became files as they are. */
async function mergedFiles(lake: PipelinePorts['lake'], runId: string): Promise<MergeResult[]> {
  const keys = runKeys(runId);
  const merges = await readJson(lake, keys.merges, plannedMergesShape);
  const { parts } = merges.some(({ taken }) => taken)
    ? await readJson(lake, keys.takenParts, takenPartsShape)
    : { parts: [] };
  const taken = new Map(parts.map(({ mergeIndex, ...part }) => [mergeIndex, part]));
  return inParallel(merges, PARALLEL_READS, async ({ mergeIndex }) => {
    return taken.get(mergeIndex) ?? (await readJson(lake, keys.mergeResult(mergeIndex), mergeResultShape));
  });
}
