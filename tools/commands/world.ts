import type { Content, Contents } from './content.ts';

/**
 * What a lake must hold and show, told from what people typed. It knows no object of a lake and shares no code with the project: a file is
 * loaded or not, a commit is a list of loads, and readers see the last commit.
 */
export interface World {
  /** Counts what was done, so that it is known what came before what. */
  clock: number;
  loads: Load[];
  /** By dataset and business date. */
  days: Record<string, DayState>;
  /** Something was removed that a rollback or a look at the past might want. */
  isCleaned: boolean;
}

/** A version of a file that a conversion loaded: bytes, and the version of the layout that read them. */
export interface Load {
  content: string;
  layout: number;
  at: number;
  /** Of a supplement: the load whose rejected records it corrects. */
  corrects?: number;
}

interface FileState {
  /** Loads as they stood one after the other; null where the file was taken out. */
  timeline: (number | null)[];
  taken: { load: number; at: number }[];
}

/** Key of a file → its load. */
export type Shown = Record<string, number>;

export interface Commit {
  files: Shown;
  /** It publishes nothing, and only says that a file was taken out of a day that was never published. */
  isBlank: boolean;
  isPartial: boolean;
  /** The commit whose files a rollback of the day brought back. */
  restores: number | null;
}

export interface DayState {
  dataset: string;
  businessDate: string;
  files: Record<string, FileState>;
  /** By number. Of several files that one command converts, the ones in between are not known. */
  commits: Record<number, Commit>;
  last: number;
  /** How many, or which. */
  expectedFiles?: number | string[];
  /** Sizes that the day manifest states, by name. */
  stated?: Record<string, number>;
  /** A command died while it published: some table may still show one of these. */
  earlier: Shown[];
}

const NOTHING: Shown = {};

export function emptyWorld(): World {
  return { clock: 0, loads: [], days: {}, isCleaned: false };
}

export function copyOf(world: World): World {
  return structuredClone(world);
}

export function dayOf(world: World, dataset: string, businessDate: string): DayState {
  const name = `${dataset}/${businessDate}`;
  world.days[name] ??= { dataset, businessDate, files: {}, commits: {}, last: 0, earlier: [] };
  return world.days[name];
}

export function fileOf(day: DayState, key: string): FileState {
  day.files[key] ??= { timeline: [], taken: [] };
  return day.files[key];
}

/** The load that stands, whether readers see it or not. */
export function standing(day: DayState, key: string): number | undefined {
  return day.files[key]?.timeline.at(-1) ?? undefined;
}

export function standingFiles(day: DayState): Shown {
  const files = Object.keys(day.files).map((key) => [key, standing(day, key)]);
  return Object.fromEntries(files.filter(([, load]) => load !== undefined));
}

export function lastCommit(day: DayState): Commit | undefined {
  const last = day.commits[day.last];
  return last?.isBlank ? undefined : last;
}

/** The loads that readers see of a day. */
export function shownFiles(day: DayState): Shown {
  return lastCommit(day)?.files ?? NOTHING;
}

export function sameFiles(some: Shown, others: Shown): boolean {
  const keys = Object.keys(some);
  return keys.length === Object.keys(others).length && keys.every((key) => some[key] === others[key]);
}

/** What the judge knows besides the world: what the bytes mean. */
export class Meaning {
  readonly contents: Contents;

  constructor(contents: Contents) {
    this.contents = contents;
  }

  contentOf(world: World, load: number): Content {
    return this.contents.get(world.loads[load]!.content);
  }

  /** Is it the version that a supplement corrects, or the same bytes by the same layout? */
  isCorrected(world: World, supplement: number, parent: number | undefined): boolean {
    const corrects = world.loads[supplement]?.corrects;
    if (corrects === undefined || parent === undefined) return false;
    const [wanted, found] = [world.loads[corrects]!, world.loads[parent]!];
    return wanted.content === found.content && wanted.layout === found.layout;
  }

  /** The loads that a publication of the day would show: no supplement without its file, nothing that the day manifest keeps out. */
  wouldShow(world: World, day: DayState): Shown {
    const sound = Object.fromEntries(
      Object.entries(standingFiles(day)).filter(([, load]) => this.isStated(world, day, load)),
    );
    const shown = Object.entries(sound).filter(([, load]) => {
      const { corrects } = this.contentOf(world, load);
      return corrects === undefined || this.isCorrected(world, load, sound[corrects]);
    });
    return Object.fromEntries(shown);
  }

  /** Supplements that are loaded and not shown, because another version of their file stands. */
  hidden(world: World, day: DayState): string[] {
    const loads = standingFiles(day);
    return Object.entries(loads).flatMap(([key, load]) => {
      const { corrects } = this.contentOf(world, load);
      return corrects === undefined || this.isCorrected(world, load, loads[corrects]) ? [] : [key];
    });
  }

  /** Does the day manifest agree with this load? */
  isStated(world: World, day: DayState, load: number): boolean {
    const { key, bytes, corrects } = this.contentOf(world, load);
    return day.stated === undefined || corrects !== undefined || day.stated[key] === bytes.length;
  }

  /** Are all files of the day here that it expects? */
  isComplete(world: World, day: DayState): boolean {
    const loads = Object.entries(standingFiles(day));
    const own = loads.filter(([, load]) => this.contentOf(world, load).corrects === undefined);
    const stated = Object.keys(day.stated ?? {});
    const { expectedFiles = stated } = day;
    const isThere =
      typeof expectedFiles === 'number'
        ? own.length >= expectedFiles
        : expectedFiles.every((key) => standing(day, key) !== undefined);
    const areSound = own.every(([, load]) => this.isStated(world, day, load));
    return isThere && areSound && Object.keys(this.wouldShow(world, day)).length > 0;
  }

  /** Rows of a table in some files, sorted. */
  rowsOf(world: World, files: Shown, table: string): string[] {
    return Object.values(files)
      .flatMap((load) => {
        const { form, rows } = this.contentOf(world, load);
        const { layout } = world.loads[load]!;
        return rows.filter((row) => row.table === table).map((row) => form.shown(row, layout));
      })
      .sort();
  }

  /** Records that the files rejected, by key and first byte, sorted. */
  rejectsOf(world: World, files: Shown): string[] {
    return Object.values(files)
      .flatMap((load) => {
        const { key, rejects } = this.contentOf(world, load);
        return rejects.map(({ offset }) => `${key}@${offset}`);
      })
      .sort();
  }
}
