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
  const { rolledBack: notes = [] } = before ? notedBack(entry, before, at, reason) : entry;
  // A later rollback may return to what comes back. The same bytes as another run made them stay taken back.
  const rolledBack = notes.filter((note) => note.runId !== loaded?.runId);
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

/** The entry with a note that a version was taken back: only force loads it again. */
export function notedBack(
  entry: LedgerEntry,
  version: LoadedVersion,
  at: string,
  reason: string,
): LedgerEntry {
  const rolledBack = [...(entry.rolledBack ?? []), { ...contentAndVersion(version), at, reason }];
  return { ...entry, rolledBack };
}

function contentAndVersion({ version, seenAs, runId, inputBytes, checksum }: LoadedVersion) {
  const content = checksum === undefined ? {} : { sizeBytes: inputBytes, checksum };
  return { version: seenAs ?? version, runId, ...content };
}
