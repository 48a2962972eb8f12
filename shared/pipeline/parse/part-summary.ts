import type { PartManifest } from '../../run/part-manifest.ts';

/** The result of one range, as the state machine sees it. */
export interface PartSummary {
  rangeIndex: number;
  inputBytes: number;
  rows: number;
  rejected: number;
  /** True if an earlier try of this run parsed the range, so that its manifest was there already. */
  reused: boolean;
}

/** Of a part that was parsed now, or by an earlier try of the run. */
export function partSummary(manifest: PartManifest, reused: boolean): PartSummary {
  const { rangeIndex, startByte, endByte, records } = manifest;
  return {
    rangeIndex,
    inputBytes: endByte - startByte,
    rows: records.accepted,
    rejected: records.rejected,
    reused,
  };
}
