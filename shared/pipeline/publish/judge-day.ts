import { type ManifestEntries, manifestEntries, manifestTotals } from '../../day/day-manifest.ts';
import { type DayTerms, expectationOfTerms } from '../../day/day-terms.ts';
import { dayCompletion } from '../../day/expected-files.ts';
import { isSameDecimal, storedDecimal } from '../../decimal.ts';
import type { RunInconsistent } from '../../errors.ts';
import { fileNameOf } from '../../keys/name-pattern.ts';
import type { Layout } from '../../layout/layout.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { isCorrectedBy } from '../../run/corrected-version.ts';
import { isLoaded, type LedgerEntry, type LoadedEntry, supplementedRun } from '../../run/ledger-entry.ts';
import { figuresRefusal, knownBytes } from '../../run/stated-figures.ts';
import { numberOf } from '../../totals/control-value.ts';
import { dayEntries } from '../store/day-ledger.ts';
import { readableTerms, readTerms } from '../store/kept-terms.ts';

/**
 * The loaded files of a day that may be published, and why the day as a whole may not yet. With `damaged`, entries and terms that cannot
 * be read are added there instead of an error.
 */
export async function judgeDay(
  ports: Pick<PipelinePorts, 'lake' | 'settings'>,
  layout: Layout,
  businessDate: string,
  known: string[] = [],
  damaged?: RunInconsistent[],
): Promise<{
  entries: LedgerEntry[];
  sound: LoadedEntry[];
  /** Loaded supplements whose rows are not shown, each as a clause. */
  hidden: string[];
  terms: DayTerms | undefined;
  waitingFor?: string;
}> {
  // Entries are read before terms: a file that arrives in between counts as missing, and publishes the day itself.
  const entries = await dayEntries(ports.lake, layout.name, businessDate, known, damaged);
  const terms = damaged
    ? await readableTerms(ports.lake, layout.name, businessDate, damaged)
    : await readTerms(ports.lake, layout.name, businessDate);
  const expectation = expectationOfTerms(terms, layout.day, ports.settings.expectedFiles, businessDate);
  const completion = dayCompletion(expectation, entries);
  const all = entries.filter(isLoaded);
  // A supplement goes with the version that it corrects: it is hidden by another version of its file, and shown again with its own.
  const byKey = new Map(entries.map((entry) => [entry.sourceKey, entry]));
  const shown = new Set(all.filter((entry) => correctsStanding(entry, byKey)));
  const loaded = [...shown];
  const stated = terms?.manifest && manifestEntries(terms.manifest.file);
  const problems = loaded.map((entry) => unsoundness(entry, terms, stated));
  const waiting = [
    ...(completion.waitingFor === undefined ? [] : [completion.waitingFor]),
    ...problems.filter((problem) => problem !== undefined),
    ...(loaded.length === 0 ? ['a first file'] : []),
  ];
  const own = loaded.filter((_, index) => problems[index] === undefined);
  const ownByKey = new Map(own.map((entry) => [entry.sourceKey, entry]));
  return {
    entries,
    // What corrects a file that the day manifest keeps out stays out with it.
    sound: own.filter((entry) => correctsStanding(entry, ownByKey)),
    hidden: all.filter((entry) => !shown.has(entry)).map(hiddenSupplement),
    terms,
    ...(waiting.length > 0 ? { waitingFor: waiting.join('; ') } : {}),
  };
}

/** False for a supplement of another version of its file than the one that is loaded: readers do not see its rows. */
export function correctsStanding(entry: LoadedEntry, byKey: Map<string, LedgerEntry>): boolean {
  const corrected = supplementedRun(entry);
  if (!corrected) return true;
  const parent = byKey.get(corrected.sourceKey);
  return isCorrectedBy(parent?.loaded, corrected);
}

/** Why readers do not see the rows of a loaded supplement, as a clause. */
export function hiddenSupplement(entry: LedgerEntry): string {
  const { sourceKey } = entry;
  const of = supplementedRun(entry)?.sourceKey;
  return `${sourceKey} is not shown, because it corrects records of a version of ${of} that was replaced; if ${of} still rejects them, convert it again with --supplement-of ${of} --force`;
}

/** Why a loaded file cannot be published: a day manifest that came later disagrees. */
function unsoundness(
  entry: LoadedEntry,
  terms: DayTerms | undefined,
  entries: ManifestEntries | undefined,
): string | undefined {
  const { sourceKey, loaded } = entry;
  if (supplementedRun(entry) || !terms?.manifest) return undefined;
  const { key } = terms.manifest;
  const stated = entries?.get(fileNameOf(sourceKey));
  if (!stated) return `${sourceKey}, which the day manifest ${key} does not name`;
  const { records, inputBytes, storedBytes, checksum } = loaded;
  const bytes = knownBytes({ sizeBytes: inputBytes, storedBytes, checksum });
  const figures = { ...bytes, records: records.read, details: records.detail };
  const refusal = figuresRefusal(sourceKey, key, stated, figures);
  if (refusal) return `${sourceKey}, which is not what the day manifest ${key} says (${refusal.code})`;
  const values = manifestTotals(stated);
  const wrong = loaded.controlTotals.find(({ name, actual, pending }) => {
    // `dayManifest.<total>`, or `dayControlFile.<total>` in entries that an earlier version wrote.
    const stated = numberOf(values[name.slice(name.indexOf('.') + 1)]);
    return pending && !(stated && isSameDecimal(stated, storedDecimal(actual)));
  });
  return wrong && `${sourceKey}, whose ${wrong.name} is ${wrong.actual}, while ${key} states something else`;
}
