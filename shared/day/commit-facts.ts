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
  };
}
