import { advanced, isFinal, type LedgerEntry } from './ledger-entry.ts';

/**
 * The entry of a file whose loaded version is the source's: what a later run on it came to, a failure or a refusal or a version that
 * is gone, is over. A forced run of this very version goes on.
 */
export function withLoadedAgain(
  current: LedgerEntry,
  version: string,
  execution: string,
  at: string,
): LedgerEntry {
  const { runId, records, rows, controlTotals } = current.loaded!;
  const goesOn = !isFinal(current.state) && current.version === version && current.runId !== runId;
  if (current.state === 'loaded' || goesOn) return current;
  const { failure: _failure, refusal: _refusal, told: _told, ...entry } = current;
  return advanced({ ...entry, version, execution, runId, records, rows, controlTotals }, 'loaded', at);
}
