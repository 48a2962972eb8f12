import { countsShape, objectOf, optional, wholeNumber } from '../json-shape.ts';
import type { CountedKind } from '../layout/count-conventions.ts';

/** read = header + detail + trailer; rejected and discarded records are details. */
export interface RecordCounts {
  read: number;
  header: number;
  detail: number;
  trailer: number;
  rejected: number;
  /** Accepted details that end before their last field; absent if there are none. */
  short?: number;
  /** Details of the types that the layout discards, by type; absent if it discards none. */
  discarded?: Record<string, number>;
}

/** The number of records of these kinds. */
export function countOf(kinds: readonly CountedKind[], records: RecordCounts): number {
  return kinds.reduce((sum, kind) => sum + records[kind], 0);
}

export function shortText(count: number): string {
  const records = count === 1 ? '1 record ends' : `${count.toLocaleString('en')} records end`;
  return `${records} before the last field: what is not there is null`;
}

/** Number of details that became rows. */
export function acceptedDetails({ detail, rejected, discarded = {} }: RecordCounts): number {
  return detail - rejected - Object.values(discarded).reduce((sum, count) => sum + count, 0);
}

export const recordCountsShape = objectOf<RecordCounts>({
  read: wholeNumber,
  header: wholeNumber,
  detail: wholeNumber,
  trailer: wholeNumber,
  rejected: wholeNumber,
  short: optional(wholeNumber),
  discarded: optional(countsShape),
});
