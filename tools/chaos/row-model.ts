import type { NightFile } from './night-files.ts';

/** A run on one version of a file, as its plan names it. */
export interface Run {
  file: number;
  version: number;
  /** The run whose rejected records it corrects. */
  corrects?: string | undefined;
}

/** A commit of a day: file → run. */
export interface SeenCommit {
  files: Map<number, string>;
  isPartial: boolean;
  /** It publishes nothing, and only notes that a file was taken out of a day that was never published. */
  isBlank: boolean;
  rollback?: { restores: number | null; files: { file: number; from: string | null; to: string | null }[] };
}

/** Number of the commit that readers must see: the last one, or none. */
export function lastShown(commits: SeenCommit[]): number {
  return commits.at(-1)?.isBlank ? 0 : commits.length;
}

/** What a reader of one catalog saw of a day, in one of its tables. */
export interface SeenTable {
  table: 'rows' | 'rejects';
  commit: number;
  rows: string[];
}

/** A day as it stands after a step: file → loaded run by the ledger, its commits, and what readers saw meanwhile and see now. */
export interface SeenDay {
  loaded: Map<number, string>;
  commits: SeenCommit[];
  meanwhile: SeenTable[];
  now: SeenTable[];
}

/** What the day manifest of a day says: file → the version that it was written for. */
export interface StatedDay {
  versions: Map<number, number>;
  statesSizes: boolean;
}

/**
 * What should be visible of one day, by rows and ids. It knows the files that were sent and what the commands answered, and shares no code
 * with the pipeline.
 */
export class RowModel {
  readonly files: NightFile[];
  readonly day: number;
  readonly runs: Map<string, Run>;
  readonly expectedFiles: number | undefined;
  /** The layout announces a day manifest. */
  readonly awaitsManifest: boolean;
  stated: StatedDay | undefined;
  loaded = new Map<number, string>();
  commits: SeenCommit[] = [];
  /** The commit that readers saw last. */
  shown = 0;
  /** Runs of a file that were loaded one after the other and not taken back; undefined once that is not known for certain. */
  readonly stacks = new Map<number, string[] | undefined>();
  /** Runs of a file that were loaded for certain after a step, or in a commit. */
  readonly everLoaded = new Map<number, Set<string>>();
  /** Runs of a file that may have been loaded at some moment. */
  readonly maybeLoaded = new Map<number, Set<string>>();

  constructor(
    files: NightFile[],
    day: number,
    runs: Map<string, Run>,
    of: { expectedFiles: number | undefined; awaitsManifest: boolean },
  ) {
    this.files = files;
    this.day = day;
    this.runs = runs;
    this.expectedFiles = of.expectedFiles;
    this.awaitsManifest = of.awaitsManifest;
  }

  get last(): SeenCommit | undefined {
    return this.commits.at(-1);
  }

  nameOf(file: number): string {
    return this.files[file]?.sourceKey ?? `file ${file}`;
  }

  isSupplement(file: number): boolean {
    return this.files[file]?.corrects !== undefined;
  }

  /** A file and the files that correct its records. */
  withSupplements(file: number): number[] {
    return [file, ...this.files.flatMap(({ corrects }, index) => (corrects?.file === file ? [index] : []))];
  }

  /** Does a run of corrected records correct this run of its file, or the same bytes converted another time? */
  correctsRun(supplement: string, parent: string | undefined): boolean {
    const corrected = this.runs.get(this.runs.get(supplement)?.corrects ?? '');
    const standing = this.runs.get(parent ?? '');
    return (
      corrected !== undefined && standing?.file === corrected.file && standing.version === corrected.version
    );
  }

  /** May the run be shown beside these runs? A file of its own always may. */
  isVisibleBeside(run: string, files: Map<number, string>): boolean {
    const of = this.files[this.runs.get(run)?.file ?? -1]?.corrects;
    return of === undefined || this.correctsRun(run, files.get(of.file));
  }

  /** Does the day manifest agree with this run? */
  isSound(file: number, run: string): boolean {
    if (this.isSupplement(file) || !this.stated) return true;
    const stated = this.stated.versions.get(file);
    if (stated === undefined) return false;
    const versions = this.files[file]?.versions ?? [];
    const version = this.runs.get(run)?.version ?? -1;
    return !this.stated.statesSizes || versions[stated]?.bytes.length === versions[version]?.bytes.length;
  }

  /** Would the manifest let this version in? */
  isAnnounced(file: number, version: number): boolean {
    if (this.isSupplement(file) || !this.stated) return true;
    const stated = this.stated.versions.get(file);
    const versions = this.files[file]?.versions ?? [];
    if (stated === undefined) return false;
    return !this.stated.statesSizes || versions[stated]?.bytes.length === versions[version]?.bytes.length;
  }

  /** Are all files here that the day expects? */
  isComplete(files: Map<number, string>): boolean {
    const own = [...files.keys()].filter((file) => !this.isSupplement(file));
    if (this.awaitsManifest && !this.stated && this.expectedFiles === undefined) return false;
    if (this.expectedFiles !== undefined) return own.length >= this.expectedFiles;
    return [...(this.stated?.versions.keys() ?? [])].every((file) => files.has(file));
  }

  /** The runs that a publication of these loaded runs must show. */
  shownOf(loaded: Map<number, string>): Map<number, string> {
    const sound = new Map([...loaded].filter(([file, run]) => this.isSound(file, run)));
    return new Map([...sound].filter(([, run]) => this.isVisibleBeside(run, sound)));
  }

  /** May a publication of these loaded runs be one of the whole day? */
  isWhole(loaded: Map<number, string>): boolean {
    const shown = [...loaded].filter(([, run]) => this.isVisibleBeside(run, loaded));
    return (
      shown.length > 0 && this.isComplete(loaded) && shown.every(([file, run]) => this.isSound(file, run))
    );
  }

  /** The loaded runs once the ledger follows the last commit, if that is a rollback from `before`. */
  settled(): Map<number, string> {
    const last = this.last;
    if (!last?.rollback) return this.loaded;
    const before = this.commits.at(-2)?.files ?? new Map<number, string>();
    const settled = new Map(this.loaded);
    for (const file of new Set([...this.loaded.keys(), ...last.files.keys()])) {
      const [run, to] = [this.loaded.get(file), last.files.get(file)];
      // A supplement may be loaded and hidden.
      const isStanding = before.get(file) === run || (this.isSupplement(file) && to !== undefined);
      if (!isStanding || to === run) continue;
      if (to === undefined) settled.delete(file);
      else settled.set(file, to);
    }
    // A file that was taken out is not in the commit, and what was taken out need not have been in the one before.
    for (const { file, from, to } of last.rollback.files) {
      if (to === null && !last.files.has(file) && this.loaded.get(file) === from) settled.delete(file);
    }
    return settled;
  }

  /** The rows of a table that a reader of a commit must see, sorted. */
  rowsOf({ files }: SeenCommit, table: SeenTable['table']): string[] {
    return [...files.values()]
      .flatMap((run) => {
        const { file = -1, version = -1 } = this.runs.get(run) ?? {};
        const found = this.files[file]?.versions[version];
        const rows = table === 'rows' ? found?.rows : found?.rejects;
        return rows ?? [`run ${run} has no ${table}`];
      })
      .sort();
  }
}
