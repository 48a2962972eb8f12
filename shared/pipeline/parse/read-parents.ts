import type { ParentRecord } from '../../decode/parent-tracker.ts';
import type { SourceStore } from '../../ports/object-store.ts';
import type { FilePlan, PlannedRange } from '../../run/file-plan.ts';

/** Reads the records before a range that its records may have as parents. */
export function readParents(
  raw: SourceStore,
  { sourceKey, pin }: FilePlan,
  { parents = [] }: PlannedRange,
): Promise<ParentRecord[]> {
  return Promise.all(
    parents.map(async ({ recordType, startByte, endByte }) => ({
      recordType,
      bytes: await raw.readRange(sourceKey, { startByte, endByte }, { pin }),
    })),
  );
}
