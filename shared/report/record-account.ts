import { isLoaded, type LoadedVersion, supplementedRun } from '../run/ledger-entry.ts';
import { acceptedDetails } from '../totals/record-counts.ts';
import type { NightFacts } from './night-facts.ts';

/**
 * Where every record of the loaded files went. Records of supplements were counted as rejects of another file before, so they are corrected
 * ones here and not read again:
 *
 *     read = headers + trailers + discarded + accepted + rejected,   accepted + corrected = records that are rows
 */
export interface RecordAccount {
  read: number;
  headers: number;
  trailers: number;
  discarded: number;
  accepted: number;
  rejected: number;
  /** Rejected ones that a supplement brought again. */
  corrected: number;
  /** Rows of all tables; more or fewer than `accepted + corrected` if a record makes several rows, or none. */
  rows: number;
  isWhole: boolean;
}

export function recordAccount({ files, status }: Pick<NightFacts, 'files' | 'status'>): RecordAccount {
  const account: RecordAccount = {
    ...{ read: 0, headers: 0, trailers: 0, discarded: 0, accepted: 0 },
    ...{ rejected: 0, corrected: 0, rows: 0, isWhole: true },
  };
  for (const { loaded, isSupplement } of shownVersions({ files, status })) {
    const { records, rows } = loaded;
    account.rows += rows;
    if (isSupplement) {
      account.corrected += acceptedDetails(records);
      continue;
    }
    account.read += records.read;
    account.headers += records.header;
    account.trailers += records.trailer;
    account.rejected += records.rejected;
    account.accepted += acceptedDetails(records);
    for (const count of Object.values(records.discarded ?? {})) account.discarded += count;
  }
  const { read, headers, trailers, discarded, accepted, rejected } = account;
  account.isWhole = read === headers + trailers + discarded + accepted + rejected;
  return account;
}

/** The loaded versions that readers see once the day is published: all but supplements of a version that was replaced. */
export function shownVersions({
  files,
  status,
}: Pick<NightFacts, 'files' | 'status'>): { file: string; loaded: LoadedVersion; isSupplement: boolean }[] {
  const hidden = new Set(status.files.filter((file) => file.hidden).map(({ name }) => name));
  return files.flatMap(({ entry }) => {
    if (!isLoaded(entry) || hidden.has(entry.sourceKey)) return [];
    const isSupplement = supplementedRun(entry) !== undefined;
    return [{ file: entry.sourceKey, loaded: entry.loaded, isSupplement }];
  });
}
