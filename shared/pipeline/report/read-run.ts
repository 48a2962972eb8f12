import { listOf, objectOf, optional, text } from '../../json-shape.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { FileFacts, PartFacts } from '../../report/night-facts.ts';
import { filePlanShape } from '../../run/file-plan.ts';
import type { LedgerEntry } from '../../run/ledger-entry.ts';
import { partManifestShape } from '../../run/part-manifest.ts';
import { inParallel } from '../store/in-parallel.ts';
import { findJson, fromJsonBytes, unlessDamaged } from '../store/json-object.ts';

/** Of larger runs a report shows the rest as a number: it is read while people wait. */
const MOST_PARTS = 2_000;
const PARALLEL_READS = 32;
const MOST_RESULT_BYTES = 32 * 1024 * 1024;

/** A child of the map that parsed the ranges, as ResultWriter describes it. */
interface MapChild {
  Input?: string;
  StartDate?: string;
  StopDate?: string;
}

const mapChildrenShape = listOf(
  objectOf<MapChild>({ Input: optional(text), StartDate: optional(text), StopDate: optional(text) }),
);

/** What is left of the documents of the last run on a file. Damaged ones are left out: `verify` is there for them. */
export async function readRun(lake: ObjectStore, entry: LedgerEntry): Promise<FileFacts> {
  const { runId } = entry;
  if (runId === null) return { entry, parts: [] };
  const keys = runKeys(runId);
  const plan = await unlessDamaged(findJson(lake, keys.plan, filePlanShape));
  if (!plan) return { entry, parts: [] };
  const indexes = Array.from({ length: Math.min(plan.rangeCount, MOST_PARTS) }, (_, index) => index);
  const manifests = await inParallel(indexes, PARALLEL_READS, (index) =>
    unlessDamaged(findJson(lake, keys.partManifest(index), partManifestShape)),
  );
  const children = plan.rangeCount > 1 ? await mapChildren(lake, keys.parseResults) : undefined;
  const parts = manifests.flatMap((manifest): PartFacts[] => {
    if (!manifest) return [];
    const { rangeIndex, startByte, endByte, records, work } = manifest;
    const child = children?.get(rangeIndex);
    return [{ rangeIndex, startByte, endByte, records, ...(work && { work }), ...(child && { child }) }];
  });
  const leftOut = plan.rangeCount - indexes.length;
  return { entry, plan, parts, ...(leftOut > 0 && { partsLeftOut: leftOut }) };
}

/** When the child of each range was started and ended, as far as results are there that can be read. */
async function mapChildren(lake: ObjectStore, folder: string): Promise<Map<number, PartFacts['child']>> {
  const children = new Map<number, PartFacts['child']>();
  for await (const { key, sizeBytes } of lake.list(`${folder}/`)) {
    if (!/\/SUCCEEDED_\d+\.json$/.test(key) || sizeBytes > MOST_RESULT_BYTES) continue;
    const stored = await lake.get(key);
    const results =
      stored &&
      (await unlessDamaged(Promise.resolve().then(() => fromJsonBytes(stored.bytes, key, mapChildrenShape))));
    for (const { Input = '', StartDate, StopDate } of results ?? []) {
      const rangeIndex = rangeIndexOf(Input);
      if (rangeIndex === undefined || StartDate === undefined || StopDate === undefined) continue;
      if (Number.isNaN(Date.parse(StartDate)) || Number.isNaN(Date.parse(StopDate))) continue;
      children.set(rangeIndex, { startedAt: StartDate, endedAt: StopDate });
    }
  }
  return children;
}

function rangeIndexOf(input: string): number | undefined {
  try {
    const { rangeIndex } = Object(Object(JSON.parse(input)).range);
    return typeof rangeIndex === 'number' ? rangeIndex : undefined;
  } catch {
    return undefined;
  }
}
