import { expectationOfTerms } from '../../day/day-terms.ts';
import type { DayExpectation } from '../../day/expected-files.ts';
import { ledgerEntryKey } from '../../keys/lake-keys.ts';
import { fileNameOf, NamePatterns } from '../../keys/name-pattern.ts';
import { stemOfSource } from '../../keys/source-id.ts';
import type { Layout } from '../../layout/layout.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { isLoaded, type LedgerEntry, supplementedRun } from '../../run/ledger-entry.ts';
import { dayEntryKeys, PARALLEL_ENTRIES } from '../store/day-ledger.ts';
import { inParallel } from '../store/in-parallel.ts';
import { unlessDamaged } from '../store/json-object.ts';
import { readTerms } from '../store/kept-terms.ts';
import { readEntry } from '../store/ledger.ts';

/** A day of so few files is judged as a whole: that says more, and costs no more. */
const FEW_FILES = 64;
/** Entries that are read at first; then twice as many each time. */
const FIRST_READS = 4;
/** The end of an entry's key. */
const ENTRY_END = '-01234567.json';

/**
 * What a day of many files waits for, as a clause, as soon as one reason is found; undefined if none is. To be asked by whoever loaded the
 * file `sourceId`. If each of n files read the entries of all the others, a night would read n² of them. Entries are read from the file's
 * own on, in the order of their hashes: while k of n files are not loaded, one of them is found after n / (k + 1) entries on average,
 * whatever the order in which files finish, so that all n together read n ln n. It is enough to find one: whoever loads that one asks
 * again. Whoever loads the last one finds none.
 */
export async function surelyWaitsFor(
  { lake, settings }: Pick<PipelinePorts, 'lake' | 'settings'>,
  layout: Layout,
  businessDate: string,
  sourceId: string,
): Promise<string | undefined> {
  const keys = await dayEntryKeys(lake, layout.name, businessDate, [sourceId]);
  if (keys.length <= FEW_FILES) return undefined;
  const terms = await unlessDamaged(readTerms(lake, layout.name, businessDate));
  const expectation = expectationOfTerms(terms, layout.day, settings.expectedFiles, businessDate);
  const wanted = wantedOf(expectation, keys);
  if (typeof wanted !== 'object') return wanted;
  const unread = othersFrom(keys, ledgerEntryKey(layout.name, businessDate, sourceId));
  const absent: string[] = [];
  for (let count = FIRST_READS; unread.length > 0; count *= 2) {
    const read = await inParallel(unread.splice(0, count), PARALLEL_ENTRIES, (key) =>
      unlessDamaged(readEntry(lake, key)),
    );
    // An entry that cannot be read is for those to tell who judge the whole day.
    for (const entry of read) if (entry && wanted.isMissing(entry)) absent.push(entry.sourceKey);
    if (absent.length > wanted.spare) return `${absent.at(-1)}, and maybe others`;
  }
  return undefined;
}

/** Which entries show that a file is missing, and how many of those the day has to spare. */
interface WantedEntries {
  isMissing(entry: LedgerEntry): boolean;
  spare: number;
}

/** What the day waits for, if the keys of its entries say it; else the entries to look for; undefined if only the whole day tells. */
function wantedOf(
  { files, awaitedManifest }: DayExpectation,
  keys: string[],
): string | WantedEntries | undefined {
  if (awaitedManifest !== undefined) return `the day manifest ${awaitedManifest}`;
  if (typeof files === 'number') {
    const missing = files - keys.length;
    if (missing > 0) return `at least ${missing} of ${files} files`;
    return {
      isMissing: (entry) => !isLoaded(entry) || supplementedRun(entry) !== undefined,
      spare: -missing,
    };
  }
  // Names with wildcards are compared with keys, and the keys of entries hold only their beginnings.
  const names = (files ?? []).filter((name) => !/[*?]/.test(name));
  if (names.length === 0) return undefined;
  const counts = new Map<string, number>();
  for (const key of keys) {
    const stem = stemOfEntry(key);
    counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  const missing = names.find((name) => !counts.has(stemOfSource(name)));
  if (missing !== undefined) return `${missing}, and maybe others`;
  const patterns = new NamePatterns(names);
  // Another file of the same name, in another folder, may stand for it.
  const isOnly = (entry: LedgerEntry) => counts.get(stemOfSource(entry.sourceKey)) === 1;
  const isExpected = (entry: LedgerEntry) => patterns.fitting(entry.sourceKey).length > 0;
  return { isMissing: (entry) => !isLoaded(entry) && isExpected(entry) && isOnly(entry), spare: 0 };
}

/** All other keys in the order of their hashes, from the one that follows `own` on. */
function othersFrom(keys: string[], own: string): string[] {
  const inOrder = keys.toSorted((a, b) => (hashOfEntry(a) < hashOfEntry(b) ? -1 : 1));
  const at = inOrder.indexOf(own);
  return [...inOrder.slice(at + 1), ...inOrder.slice(0, at)];
}

/** `…/<stem>-<hash>.json` → the stem. */
function stemOfEntry(key: string): string {
  return fileNameOf(key).slice(0, -ENTRY_END.length);
}

function hashOfEntry(key: string): string {
  return key.slice(-ENTRY_END.length);
}
