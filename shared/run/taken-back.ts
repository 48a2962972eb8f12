import { advanced, type LedgerEntry, type LoadedVersion } from './ledger-entry.ts';

/** The entry with the version `loaded`, or none, in place of the one that is taken back. */
export function takenBack(
  entry: LedgerEntry,
  { from }: { from: string | null },
  loaded: LoadedVersion | undefined,
  at: string,
  reason: string,
): LedgerEntry {
  const { loaded: before } = entry;
  const rolledBack = [
    ...(entry.rolledBack ?? []),
    ...(before ? [{ ...contentAndVersion(before), at, reason }] : []),
  ];
  // A run that is going on, or the refusal of a later version, keeps its state.
  if (entry.runId !== from || entry.state !== 'loaded') return { ...entry, loaded, rolledBack };
  if (!loaded) {
    const refusal = {
      code: 'rolled-back' as const,
      message: `${entry.sourceKey}: it was taken out of its day (${reason}).`,
    };
    return advanced(entry, 'refused', at, { loaded, rolledBack, refusal });
  }
  const { version, runId, records, rows, controlTotals, inputBytes } = loaded;
  return advanced(entry, 'loaded', at, {
    ...{ version, runId, records, rows, controlTotals, inputBytes },
    ...{ loaded, rolledBack, refusal: undefined, failure: undefined },
  });
}

function contentAndVersion({ version, seenAs, runId, inputBytes, checksum }: LoadedVersion) {
  const content = checksum === undefined ? {} : { sizeBytes: inputBytes, checksum };
  return { version: seenAs ?? version, runId, ...content };
}
