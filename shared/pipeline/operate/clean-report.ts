export interface CleanOptions {
  /** Runs that began longer ago than this are removed. */
  runsOlderThanMs: number;
  /** Generations that were replaced longer ago than this are removed. */
  generationsOlderThanMs: number;
  /** Only report what would be removed. */
  dryRun: boolean;
}

/** Something that was removed or, in a dry run, would be. */
export interface Removal {
  what: 'run' | 'generation' | 'execution' | 'orphan';
  /** Folder or object. */
  key: string;
  objects: number;
  bytes: number;
  why: string;
}

export interface CleanReport {
  removed: Removal[];
  /** Runs that stay, with the reason. */
  kept: { key: string; why: string }[];
  /** Days and runs that could not be cleaned, with the reason. The others were. */
  failed: { key: string; why: string }[];
}

export function tellFailed({ failed }: CleanReport, key: string, error: unknown): void {
  failed.push({ key, why: error instanceof Error ? error.message : String(error) });
}
