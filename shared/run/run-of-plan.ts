import { earlierRunIdOf, runIdOf } from '../keys/source-id.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import type { FilePlan } from './file-plan.ts';

/**
 * The id of the run of a plan: a hash of all that the plan says, but for its name and its time. Two executions share a run, its parts and
 * its verdict only if they would judge and write the same: not if a file is converted for two dates, or if the version that it corrects,
 * its control file or the terms of its day changed in between.
 */
export function runOfPlan(
  { runId: _own, startedAt: _time, layout, ...decided }: Omit<FilePlan, 'runId'> & { runId?: string },
  ranges: readonly ByteRange[],
): string {
  // The text of a layout may change where nothing is meant by it.
  return runIdOf({ ...decided, layout: layout.fingerprint, ranges: ranges.map(placeOf) });
}

/** Is it the plan of these ranges? Earlier versions of the software named runs by less of it. */
export function isRunOf(plan: FilePlan, ranges: readonly ByteRange[]): boolean {
  const { layout, ...identity } = plan;
  const places = ranges.map(placeOf);
  const before = { ...identity, layoutFingerprint: layout.fingerprint, ranges: places };
  return plan.runId === runOfPlan(plan, ranges) || plan.runId === earlierRunIdOf(before);
}

function placeOf({ startByte, endByte }: ByteRange): [number, number] {
  return [startByte, endByte];
}
