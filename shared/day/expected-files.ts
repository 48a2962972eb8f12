import { fileNameOf, NamePatterns, withBusinessDate } from '../keys/name-pattern.ts';
import {
  type FileState,
  type LedgerEntry,
  type MaybeSupplement,
  supplementedRun,
} from '../run/ledger-entry.ts';

/** Number of files that make up a day, or their names; shared/keys/name-pattern.ts explains the wildcards. */
export type ExpectedFiles = number | string[];

/** The files that a day expects. */
export interface DayExpectation {
  /** Source of the expectation: the command or the environment, a day manifest, the layout's `day`, or nobody. */
  origin: 'settings' | 'day-manifest' | 'layout' | 'nobody';
  /** Undefined if nobody knows: the day is then published after each file. */
  files: ExpectedFiles | undefined;
  /** Key of a day manifest that the layout announces and that has not arrived. */
  awaitedManifest?: string;
}

interface ExpectationSources {
  /** From the command or the environment; overrides everything else. */
  settings: ExpectedFiles | undefined;
  /** The layout's `day.expectedFiles`. */
  layout: ExpectedFiles | undefined;
  /** Key of the day manifest that the layout's `day.manifest` announces. */
  manifestKey?: string | undefined;
  /** Names in the day manifest, if it has arrived. */
  manifestNames?: string[] | undefined;
}

/** The expectation of the settings, else of the day manifest, else of the layout, with the date filled into names. */
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

/** Names that a sentence about missing files lists; `status` lists them all. */
const MOST_NAMES = 50;

/** A file of a day: one that arrived, or one that is expected and did not. */
interface DayFile {
  /** The source key, or the expected name of a missing file. */
  name: string;
  status: FileStatus;
  /** A version of it is loaded, even if another one is being converted now. */
  loaded: boolean;
  /** Names are expected, and this is not one of them. */
  unexpected: boolean;
  /** It holds corrected records of another file, and does not count as an expected one. */
  supplement: boolean;
}

/** The files of a day compared with those it expects. */
export interface DayCompletion {
  expectation: DayExpectation;
  files: DayFile[];
  /** Number of expected files that have not arrived. */
  missing: number;
  complete: boolean;
  /** Why the day is not complete, as a clause for people. */
  waitingFor?: string;
}

/** A file that arrived: the parts of its ledger entry that decide its status. */
export interface ArrivedFile extends Pick<LedgerEntry, 'sourceKey' | 'state'>, MaybeSupplement<unknown> {}

/** Compares the files of a day, in any order, with those it expects. */
export function dayCompletion(expectation: DayExpectation, entries: ArrivedFile[]): DayCompletion {
  const { files: expected, awaitedManifest } = expectation;
  const patterns = Array.isArray(expected) ? expected : undefined;
  const names = new NamePatterns(patterns ?? []);
  const [arrivedNames, loadedNames] = [new Set<number>(), new Set<number>()];
  const files = entries
    .map((file): DayFile => {
      const { sourceKey, state, loaded } = file;
      const isSupplement = supplementedRun(file) !== undefined;
      const fitting = isSupplement ? [] : names.fitting(sourceKey);
      for (const index of fitting) {
        arrivedNames.add(index);
        if (loaded !== undefined) loadedNames.add(index);
      }
      return {
        name: sourceKey,
        status: fileStatus(state),
        loaded: loaded !== undefined,
        supplement: isSupplement,
        unexpected: patterns !== undefined && !isSupplement && fitting.length === 0,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const counted = files.filter(({ supplement }) => !supplement);
  const absent = (patterns ?? []).filter((_, index) => !arrivedNames.has(index));
  const unloaded = (patterns ?? []).filter((_, index) => !loadedNames.has(index));
  const loadedCount = counted.filter(({ loaded }) => loaded).length;
  const short = typeof expected === 'number' ? Math.max(expected - loadedCount, 0) : 0;
  const missing = patterns
    ? absent.length
    : Math.max((typeof expected === 'number' ? expected : 0) - counted.length, 0);
  const waiting = [
    ...(awaitedManifest === undefined ? [] : [`the day manifest ${awaitedManifest}`]),
    ...(short > 0 ? [`${short} of ${expected} files`] : []),
    ...(unloaded.length > 0 ? [namesText(unloaded)] : []),
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

/** The first names, and how many more there are: the text goes into messages, which end somewhere. */
function namesText(names: string[]): string {
  const more = names.length - MOST_NAMES;
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function fileStatus(state: FileState): FileStatus {
  return state === 'loaded' || state === 'refused' || state === 'failed' ? state : 'running';
}
