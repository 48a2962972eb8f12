import { dayPath } from './business-date.ts';
import { partitionPath } from './partition-path.ts';
import { sourceIdOf } from './source-id.ts';

/** Folder of a partition's generation below the published root; ends in `/`. */
export function generationLocation(
  dataset: string,
  businessDate: string,
  partition: Record<string, string | null>,
  generation: number,
): string {
  const folder = [dataset, dayPath(businessDate), partitionPath(partition)].filter((part) => part !== '');
  return `${folder.join('/')}/gen=${String(generation).padStart(5, '0')}/`;
}

/** Key of the ledger entry of a source file. Files refused before their business date is known are `undated`. */
export function ledgerEntryKey(dataset: string, businessDate: string | null, sourceId: string): string {
  return `${ledgerDayPrefix(dataset, businessDate)}${sourceId}.json`;
}

/** Prefix of the ledger entries of a day; ends in `/`. Its day commits are below it, in `_day/`. */
export function ledgerDayPrefix(dataset: string, businessDate: string | null): string {
  return `ledger/${dataset}/${businessDate === null ? 'undated' : dayPath(businessDate)}/`;
}

/** Prefix of the day commits of a day; ends in `/`. */
export function dayCommitPrefix(dataset: string, businessDate: string): string {
  return `${ledgerDayPrefix(dataset, businessDate)}_day/`;
}

export function dayCommitKey(dataset: string, businessDate: string, commit: number): string {
  return `${dayCommitPrefix(dataset, businessDate)}${commit}.json`;
}

/** Key of the report of a commit, next to it. */
export function commitReportKey(dataset: string, businessDate: string, commit: number): string {
  return `${dayCommitPrefix(dataset, businessDate)}${commit}.report.html`;
}

/** n of `…/_day/<n>.json`, or undefined if the key is not a day commit's. */
export function commitOfKey(key: string): number | undefined {
  return /\/_day\/[^/]+$/.test(key) ? numberOfKey(key) : undefined;
}

/** n of `…/<n>.json`, the key of a numbered document; undefined for any other key. */
export function numberOfKey(key: string): number | undefined {
  const match = /\/([1-9]\d*)\.json$/.exec(key);
  return match ? Number(match[1]) : undefined;
}

/** Prefix of the day's terms; ends in `/`. */
export function dayTermsPrefix(dataset: string, businessDate: string): string {
  return `${ledgerDayPrefix(dataset, businessDate)}_terms/`;
}

/** Key of the note on folders of a day that a rollback counts on or `clean` is removing. */
export function dayHoldsKey(dataset: string, businessDate: string): string {
  return `${ledgerDayPrefix(dataset, businessDate)}_holds/folders.json`;
}

/** Key of the note on supplements of a file that fit it and may not be loaded yet. */
export function supplementNotesKey(dataset: string, businessDate: string, corrected: string): string {
  return `${ledgerDayPrefix(dataset, businessDate)}_holds/supplements-${sourceIdOf(corrected)}.json`;
}

/** Prefix of the earlier versions of a ledger entry; ends in `/`. */
export function entryHistoryPrefix(entryKey: string): string {
  const at = entryKey.lastIndexOf('/');
  return `${entryKey.slice(0, at)}/_history${entryKey.slice(at, -'.json'.length)}/`;
}

/** Key of the note that says which file has this content. */
export function contentKey(dataset: string, sizeBytes: number, checksum: string): string {
  const hex = Buffer.from(checksum, 'base64').toString('hex');
  return `ledger/${dataset}/_content/${sizeBytes}-${hex}.json`;
}

/** Key of the note that says which layout a table of the lake belongs to. */
export function tableOwnerKey(table: string): string {
  return `ledger/_tables/${table}.json`;
}

/** Key of the ids that the fields of a table have. */
export function fieldIdsKey(table: string): string {
  return `ledger/_fields/${table}.json`;
}

export function rejectsDataset(dataset: string): string {
  return `${dataset}_rejects`;
}

export function daysDataset(dataset: string): string {
  return `${dataset}_days`;
}

/** Key of the report of an SLA check; once it exists, the check tells nothing again. */
export function slaCheckKey(dataset: string, businessDate: string, check: string): string {
  return `${ledgerDayPrefix(dataset, businessDate)}_sla/${check}.json`;
}

/** Where `repair` keeps what it takes away: nothing reads it, and people may look at it. */
export function asideKey(key: string): string {
  return `damaged/${key}`;
}
