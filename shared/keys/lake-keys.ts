import { dayPath } from './business-date.ts';
import { partitionPath } from './partition-path.ts';

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

/** The ledger entry of a source file. Files refused before their business date is known are `undated`. */
export function ledgerEntryKey(dataset: string, businessDate: string | null, sourceId: string): string {
  return `${ledgerDayPrefix(dataset, businessDate)}${sourceId}.json`;
}

/** Prefix of the ledger entries of a day; ends in `/`. Day commits stand below it, in `_day/`. */
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

/** n of `…/_day/<n>.json`, or undefined where the key is no day commit. */
export function commitOfKey(key: string): number | undefined {
  return /\/_day\/[^/]+$/.test(key) ? numberOfKey(key) : undefined;
}

/** n of `…/<n>.json`, of documents of which each one has a number of its own. */
export function numberOfKey(key: string): number | undefined {
  const match = /\/([1-9]\d*)\.json$/.exec(key);
  return match ? Number(match[1]) : undefined;
}

/** Prefix of what the day is held to; ends in `/`. */
export function dayTermsPrefix(dataset: string, businessDate: string): string {
  return `${ledgerDayPrefix(dataset, businessDate)}_terms/`;
}

/** Prefix of the versions that a ledger entry had before; ends in `/`. */
export function entryHistoryPrefix(entryKey: string): string {
  const at = entryKey.lastIndexOf('/');
  return `${entryKey.slice(0, at)}/_history${entryKey.slice(at, -'.json'.length)}/`;
}

/** Where the first file with this content notes itself. */
export function contentKey(dataset: string, sizeBytes: number, checksum: string): string {
  const hex = Buffer.from(checksum, 'base64').toString('hex');
  return `ledger/${dataset}/_content/${sizeBytes}-${hex}.json`;
}

export function rejectsDataset(dataset: string): string {
  return `${dataset}_rejects`;
}

export function daysDataset(dataset: string): string {
  return `${dataset}_days`;
}

/** Folder of the row that says a commit is what readers see, whole; ends in `/`. */
export function dayRowLocation(dataset: string, businessDate: string, commit: number): string {
  return `${ledgerDayPrefix(dataset, businessDate)}_published/${commit}/`;
}

/** What a look at the night found and told; its being there keeps it from being told again. */
export function slaCheckKey(dataset: string, businessDate: string, check: string): string {
  return `${ledgerDayPrefix(dataset, businessDate)}_sla/${check}.json`;
}
