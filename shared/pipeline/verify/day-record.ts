import { type DayCommit, dayCommitShape } from '../../day/day-commit.ts';
import { type DayTerms, dayTermsShape } from '../../day/day-terms.ts';
import {
  commitOfKey,
  dayCommitKey,
  dayCommitPrefix,
  entryHistoryPrefix,
  ledgerDayPrefix,
  ledgerEntryKey,
  numberOfKey,
} from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../run/ledger-entry.ts';
import { ledgerDays } from '../store/day-ledger.ts';
import { inParallel } from '../store/in-parallel.ts';
import { listedKeys } from '../store/listed-keys.ts';
import { readDocument, type StoredDocument } from './stored-document.ts';

const PARALLEL_READS = 16;

/** Everything that the ledger holds of a day; `null` is the day of files without a business date. */
export interface DayRecord {
  dataset: string;
  businessDate: string | null;
  entries: Map<string, StoredDocument<LedgerEntry>>;
  /** Numbers of the earlier versions that are kept, by source. */
  revisions: Map<string, Set<number>>;
  /** Numbers of the commits that are there. */
  commits: number[];
  /** The commit with the highest number. */
  last: StoredDocument<DayCommit> | undefined;
  terms: Map<number, StoredDocument<DayTerms>>;
  /** Keys of what commands note for one another. */
  others: string[];
  /** Keys that mean nothing to this software. */
  strays: string[];
}

/** Every dataset with the days that have a ledger, in order. Only lists keys. */
export async function ledgerPlaces(lake: ObjectStore): Promise<Map<string, Set<string | null>>> {
  const places = new Map<string, Set<string | null>>();
  for await (const folder of lake.listFolder('ledger/')) {
    const [, dataset = ''] = folder.split('/', 2);
    if (!folder.endsWith('/') || dataset.startsWith('_')) continue;
    const dated = (await ledgerDays(lake, dataset)).get(dataset) ?? [];
    const undated = await Array.fromAsync(lake.listFolder(ledgerDayPrefix(dataset, null)));
    places.set(dataset, new Set([...dated, ...(undated.length > 0 ? [null] : [])]));
  }
  return places;
}

/** Reads the ledger of a day. The listing comes first: what is read afterwards can only be newer. */
export async function readDayRecord(
  lake: ObjectStore,
  dataset: string,
  businessDate: string | null,
): Promise<DayRecord> {
  const record: DayRecord = {
    ...{ dataset, businessDate, entries: new Map(), revisions: new Map() },
    ...{ commits: [], last: undefined, terms: new Map(), others: [], strays: [] },
  };
  const entryKeys: string[] = [];
  const termsKeys: string[] = [];
  const prefix = ledgerDayPrefix(dataset, businessDate);
  for await (const key of listedKeys(lake, prefix)) {
    const [folder = '', name = ''] = key.slice(prefix.length).split('/');
    const number = numberOfKey(key);
    if (!key.slice(prefix.length).includes('/') && key.endsWith('.json')) entryKeys.push(key);
    else if (folder === '_history' && number !== undefined) {
      record.revisions.set(name, (record.revisions.get(name) ?? new Set()).add(number));
    } else if (folder === '_day' && commitOfKey(key) !== undefined) record.commits.push(number!);
    else if (folder === '_terms' && number !== undefined) termsKeys.push(key);
    else if (folder === '_holds' || folder === '_sla') record.others.push(key);
    else if (folder !== '_published') record.strays.push(key);
  }
  await inParallel(entryKeys, PARALLEL_READS, async (key) => {
    const sourceId = key.slice(prefix.length, -'.json'.length);
    const stored = await readEntryDocument(lake, key, sourceId);
    if (stored) record.entries.set(sourceId, stored);
  });
  for (const key of termsKeys) {
    const stored = await readDocument(lake, key, dayTermsShape);
    if (stored) record.terms.set(numberOfKey(key)!, stored);
  }
  record.commits.sort((a, b) => a - b);
  const number = record.commits.at(-1);
  if (number !== undefined && businessDate !== null)
    record.last = await readCommitDocument(lake, record, number);
  return record;
}

/** A commit of a day, as it is stored. */
export function readCommitDocument(
  lake: ObjectStore,
  { dataset, businessDate }: Pick<DayRecord, 'dataset' | 'businessDate'>,
  number: number,
): Promise<StoredDocument<DayCommit> | undefined> {
  const key = dayCommitKey(dataset, businessDate ?? '', number);
  return readDocument(lake, key, dayCommitShape, (commit) =>
    commit.commit === number && commit.dataset === dataset && commit.businessDate === businessDate
      ? undefined
      : `it is commit ${commit.commit} of ${commit.dataset} of ${commit.businessDate}`,
  );
}

/** The last commit of a day, as it is stored; undefined if the day has none. */
export async function readLastCommit(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
): Promise<StoredDocument<DayCommit> | undefined> {
  let number = 0;
  for await (const key of listedKeys(lake, dayCommitPrefix(dataset, businessDate))) {
    number = Math.max(number, commitOfKey(key) ?? 0);
  }
  return number === 0 ? undefined : readCommitDocument(lake, { dataset, businessDate }, number);
}

function readEntryDocument(lake: ObjectStore, key: string, sourceId: string, revision?: number) {
  return readDocument(lake, key, ledgerEntryShape, (entry) => {
    if (entry.sourceId !== sourceId) return `it is the entry of ${entry.sourceKey}`;
    return revision === undefined || (entry.revision ?? 1) === revision
      ? undefined
      : `it is revision ${entry.revision ?? 1}`;
  });
}

/** Key of the entry of a source of the day. */
export function entryKeyOf({ dataset, businessDate }: DayRecord, sourceId: string): string {
  return ledgerEntryKey(dataset, businessDate, sourceId);
}

/** An earlier version of an entry, as it is stored. */
export function readRevision(
  lake: ObjectStore,
  record: DayRecord,
  sourceId: string,
  revision: number,
): Promise<StoredDocument<LedgerEntry> | undefined> {
  const key = `${entryHistoryPrefix(entryKeyOf(record, sourceId))}${revision}.json`;
  return readEntryDocument(lake, key, sourceId, revision);
}
