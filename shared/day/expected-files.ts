import { fileNameOf, namesKey, withBusinessDate } from '../keys/name-pattern.ts';
import type { FileState, LedgerEntry } from '../run/ledger-entry.ts';

/** How many files make a day, or their names; see shared/keys/name-pattern.ts for what a name may hold. */
export type ExpectedFiles = number | string[];

/** What the files of a day are held against. */
export interface DayExpectation {
  /** Who said it: the command or the environment, a day manifest, the layout's `day`; nobody expects nothing. */
  origin: 'settings' | 'day-manifest' | 'layout' | 'nobody';
  /** Undefined where nobody knows: the day is then published after each file. */
  files: ExpectedFiles | undefined;
  /** Key of a day manifest that the layout announces and that has not come. */
  awaitedManifest?: string;
}

export interface ExpectationSources {
  /** Of the command or the environment; it goes before everything else. */
  settings: ExpectedFiles | undefined;
  /** The layout's `day.expectedFiles`. */
  layout: ExpectedFiles | undefined;
  /** Key of the day manifest that the layout's `day.manifest` announces. */
  manifestKey?: string | undefined;
  /** Names in the day manifest, where it has come. */
  manifestNames?: string[] | undefined;
}

/** The first of settings, day manifest and layout that says what a day is made of; dates in names are filled in. */
export function expectationOf(sources: ExpectationSources, businessDate: string): DayExpectation {
  const { settings, layout, manifestKey, manifestNames } = sources;
  const dated = (files: ExpectedFiles) =>
    typeof files === 'number' ? files : files.map((name) => withBusinessDate(name, businessDate));
  if (settings !== undefined) return { origin: 'settings', files: dated(settings) };
  if (manifestNames) return { origin: 'day-manifest', files: manifestNames };
  const awaited = manifestKey === undefined ? {} : { awaitedManifest: manifestKey };
  if (layout !== undefined) return { origin: 'layout', files: dated(layout), ...awaited };
  return { origin: 'nobody', files: undefined, ...awaited };
}

export type FileStatus = 'loaded' | 'running' | 'refused' | 'failed' | 'missing';

/** One line of a day: a file that came, or one that is expected and did not. */
export interface FileStanding {
  /** The source key; of a file that is missing the expected name. */
  name: string;
  status: FileStatus;
  /** Some version of it is loaded, whatever becomes of the one that is on its way. */
  loaded: boolean;
  /** Names are expected, and this is none of them. */
  unexpected: boolean;
  /** Brings corrected records of another file; it does not count among the expected ones. */
  supplement: boolean;
}

/** How a day stands against what is expected of it. */
export interface DayStanding {
  expectation: DayExpectation;
  files: FileStanding[];
  /** Expected files that have not come, by number where no names are known. */
  missing: number;
  complete: boolean;
  /** Why it is not complete, for people. */
  waitingFor?: string;
}

/** The parts of a ledger entry that say where a file stands. */
export type EntryStanding = Pick<LedgerEntry, 'sourceKey' | 'state' | 'loaded'> & { supplementOf?: unknown };

/** Which files of a day are loaded, running, refused, failed or missing. Entries may come in any order. */
export function dayStanding(expectation: DayExpectation, entries: EntryStanding[]): DayStanding {
  const { files: expected, awaitedManifest } = expectation;
  const patterns = Array.isArray(expected) ? expected : undefined;
  const files = entries
    .map(
      ({ sourceKey, state, loaded, supplementOf }): FileStanding => ({
        name: sourceKey,
        status: fileStatus(state),
        loaded: loaded !== undefined,
        supplement: supplementOf !== undefined,
        unexpected:
          patterns !== undefined &&
          supplementOf === undefined &&
          !patterns.some((pattern) => namesKey(pattern, sourceKey)),
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const counted = files.filter(({ supplement }) => !supplement);
  const absent = (patterns ?? []).filter((pattern) => !counted.some(({ name }) => namesKey(pattern, name)));
  const unloaded = (patterns ?? []).filter(
    (pattern) => !counted.some(({ name, loaded }) => loaded && namesKey(pattern, name)),
  );
  const loadedCount = counted.filter(({ loaded }) => loaded).length;
  const short = typeof expected === 'number' ? Math.max(expected - loadedCount, 0) : 0;
  const missing = patterns
    ? absent.length
    : Math.max((typeof expected === 'number' ? expected : 0) - counted.length, 0);
  const waiting = [
    ...(awaitedManifest === undefined ? [] : [`the day manifest ${awaitedManifest}`]),
    ...(short > 0 ? [`${short} of ${expected} files`] : []),
    ...(unloaded.length > 0 ? [unloaded.join(', ')] : []),
  ];
  return {
    expectation,
    files: [
      ...files,
      ...absent.map((name) => ({
        name: fileNameOf(name),
        status: 'missing' as const,
        loaded: false,
        supplement: false,
        unexpected: false,
      })),
    ],
    missing,
    complete: waiting.length === 0,
    ...(waiting.length > 0 ? { waitingFor: waiting.join('; ') } : {}),
  };
}

function fileStatus(state: FileState): FileStatus {
  return state === 'loaded' || state === 'refused' || state === 'failed' ? state : 'running';
}
