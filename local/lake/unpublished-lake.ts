import { UsageError } from '../../shared/errors.ts';
import type { LedgerRow } from './ledger-tables.ts';

export function nothingPublished(lakeDir: string): UsageError {
  return new UsageError({
    what: 'nothing is published here',
    where: lakeDir,
    why: 'There is no catalog/<dataset>.json, and nothing in ledger/',
    next:
      'Run "npm start" for a sample lake in lake-sample, or fill this one with ' +
      '"npx positional-lake convert --layout contracts --input FILE --out DIR", and give that folder as the lake',
  });
}

/** Why a lake with a ledger has no table of rows. */
export function unpublishedText(entries: LedgerRow[]): string {
  const states = [...Map.groupBy(entries, ({ state }) => String(state))];
  const counts = states.map(([state, rows]) => `${rows.length} ${state}`);
  return `; no day is published yet: files in its ledger by state: ${counts.join(', ')}`;
}
