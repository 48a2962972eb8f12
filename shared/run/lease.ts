/**
 * A run counts as running for this long after its last step: longer than the longest step with all its retries (six tries of 14 minutes).
 * Only `clean` and people rely on it. No conversion waits for it, so a wrong clock delays a removal and breaks nothing.
 */
const LEASE_MS = 2 * 60 * 60 * 1000;

/** When the lease of a step that began at `at` ends. */
export function leaseFrom(at: string): string {
  return new Date(Date.parse(at) + LEASE_MS).toISOString();
}

/** May a run that began then, of which the ledger knows nothing, still be at work? */
export function isLeased(startedAt: string, now: Date): boolean {
  return Date.parse(startedAt) + LEASE_MS > now.getTime();
}
