import type { SupplementedRun } from './file-plan.ts';
import type { LoadedVersion } from './ledger-entry.ts';

/** What a supplement remembers of the version whose rejects it corrects. */
export function correctedVersion(sourceKey: string, loaded: LoadedVersion): SupplementedRun {
  const { runId, rejectsDigest } = loaded;
  const run = { sourceKey, runId, content: contentOf(loaded) };
  return rejectsDigest === undefined ? run : { ...run, rejects: rejectsDigest };
}

/** Is it the version whose rejects a supplement corrects, or the same bytes converted again with the same records rejected? */
export function isCorrectedBy(loaded: LoadedVersion | undefined, run: SupplementedRun): boolean {
  if (loaded === undefined) return false;
  return loaded.runId === run.runId || (contentOf(loaded) === run.content && rejectsTheSame(loaded, run));
}

/** As far as both say it: versions that earlier software loaded are told apart by the number of rejects alone. */
export function rejectsTheSame(
  { rejectsDigest }: Pick<LoadedVersion, 'rejectsDigest'>,
  { rejects }: SupplementedRun,
): boolean {
  return rejects === undefined || rejectsDigest === undefined || rejects === rejectsDigest;
}

function contentOf({ contentDigest, layoutFingerprint, records }: LoadedVersion): string {
  return `${contentDigest} ${layoutFingerprint} ${records.rejected}`;
}
