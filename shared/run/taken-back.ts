import { advanced, type LedgerEntry, type LoadedVersion, type RolledBackVersion } from './ledger-entry.ts';
import { isContentOf, isVersionOf } from './source-content.ts';

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
  // What comes back is wanted again: it may be converted again, and a later rollback may return to it.
  const rolledBack = notes.filter((note) => !loaded || !isNoteOf(note, loaded));
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

/** Is the note about this version, or about the same bytes converted another time? */
function isNoteOf(note: RolledBackVersion, { runId, ...loaded }: LoadedVersion): boolean {
  const { sizeBytes, checksum } = note;
  const content = sizeBytes === undefined || checksum === undefined ? undefined : { sizeBytes, checksum };
  return note.runId === runId || isVersionOf(loaded, note.version) || isContentOf(loaded, content);
}

function contentAndVersion({ version, seenAs, runId, inputBytes, checksum }: LoadedVersion) {
  const content = checksum === undefined ? {} : { sizeBytes: inputBytes, checksum };
  return { version: seenAs ?? version, runId, ...content };
}
