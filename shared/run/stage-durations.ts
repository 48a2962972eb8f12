import type { FileState, LedgerEntry } from './ledger-entry.ts';

export type WorkingState = Extract<FileState, 'splitting' | 'parsing' | 'reconciling' | 'merging'>;

/** Milliseconds that a file was in each state since it was last claimed. States that it is still in, or never entered, are left out. */
export function stageDurations({
  history,
}: Pick<LedgerEntry, 'history'>): Partial<Record<WorkingState, number>> {
  const claimed = history.findLastIndex(({ state }) => state === 'splitting');
  const steps = claimed < 0 ? [] : history.slice(claimed);
  const durations: Partial<Record<FileState, number>> = {};
  for (const [index, { state, at }] of steps.entries()) {
    const next = steps[index + 1];
    if (next) durations[state] = (durations[state] ?? 0) + (Date.parse(next.at) - Date.parse(at));
  }
  return durations;
}
