import { advanced, isFinal, type LedgerEntry, type LoadedEntry } from './ledger-entry.ts';

/**
 * The entry of a file whose source is the loaded version again: a later failure, refusal or version no longer counts. A forced run of
 * this very version goes on.
 */
export function withLoadedAgain(
  current: LoadedEntry,
  version: string,
  execution: string,
  at: string,
): LedgerEntry {
  const { runId, records, rows, controlTotals } = current.loaded;
  const goesOn = !isFinal(current.state) && current.version === version && current.runId !== runId;
  if (current.state === 'loaded' || goesOn) return current;
  const { failure: _failure, refusal: _refusal, told: _told, ...entry } = current;
  return advanced({ ...entry, version, execution, runId, records, rows, controlTotals }, 'loaded', at);
}
