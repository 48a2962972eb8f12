import { createHash } from 'node:crypto';
import { decimalText } from '../decimal.ts';
import { sumsOf } from './day-change.ts';
import type { DayCommit } from './day-commit.ts';

/** What people see of a commit where other programs list the states of a table: counts, and control sums as decimals. */
export function commitFacts(commit: DayCommit): Record<string, string> {
  const { files, partial, rollback } = commit;
  const total = (of: (file: DayCommit['files'][number]) => number) =>
    String(files.reduce((sum, file) => sum + of(file), 0));
  return {
    files: String(files.length),
    'records-read': total(({ recordsRead }) => recordsRead),
    rows: total(({ rows }) => rows),
    'rejected-rows': total(({ rejectedRows }) => rejectedRows),
    ...Object.fromEntries([...sumsOf(commit)].map(([name, sum]) => [name, decimalText(sum)])),
    ...(partial && { partial: 'true' }),
    ...(rollback && { rollback: 'true' }),
    'ledger-sha256': ledgerHash(commit),
  };
}

/** SHA-256 of what the ledger says of a commit: of its JSON with the keys of every object in order, without blanks and without the seal. */
export function ledgerHash(commit: DayCommit): string {
  const ordered = (_key: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return createHash('sha256').update(JSON.stringify(commit, ordered)).digest('hex');
}
