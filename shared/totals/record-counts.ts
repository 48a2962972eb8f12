/** read = header + detail + trailer; rejected and discarded ones are details. */
export interface RecordCounts {
  read: number;
  header: number;
  detail: number;
  trailer: number;
  rejected: number;
  /** Details of types that the layout discards, by type; absent where it discards none. */
  discarded?: Record<string, number>;
}

/** Details that became rows. */
export function acceptedDetails({ detail, rejected, discarded = {} }: RecordCounts): number {
  return detail - rejected - Object.values(discarded).reduce((sum, count) => sum + count, 0);
}
