import type { SeenFile } from '../../shared/ports/transfer-source.ts';

/** A row of looks at one file that all agree. */
export interface Look {
  pin: string;
  version: string;
  sizeBytes: number;
  modifiedMs: number;
  /** How many looks in a row agreed. */
  count: number;
  /** Of the first and the last of them, by the stop watch. */
  firstMs: number;
  lastMs: number;
}

/** What is remembered of a file after one more look: a file that changed in anything begins anew. */
export function lookedAgain(before: Look | undefined, seen: SeenFile, nowMs: number): Look {
  const { pin, version, sizeBytes, modifiedMs } = seen;
  const isSame = before?.pin === pin && nowMs >= before.lastMs;
  return {
    ...{ pin, version, sizeBytes, modifiedMs },
    count: isSame ? before.count + 1 : 1,
    firstMs: isSame ? before.firstMs : nowMs,
    lastMs: nowMs,
  };
}
