import { rejectsDataset } from '../../shared/keys/lake-keys.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { type LedgerDays, publishedDays } from './ledger-tables.ts';

/** How many rows the ledger says that a table has; undefined if it does not know the table by this name. */
export function ledgerRows({ dataset, days }: CatalogFile, { commits }: LedgerDays): number | undefined {
  const own = commits.get(dataset);
  if (own) return publishedDays(own, days).reduce((sum, day) => sum + Number(day.rows), 0);
  const of = [...commits].find(([name]) => rejectsDataset(name) === dataset)?.[1];
  return of && publishedDays(of, days).reduce((sum, day) => sum + Number(day.rejected_rows), 0);
}

/** About how many rows some of the files of a table have, of which all have `rows`. */
export function rowsOfSome(
  rows: number | undefined,
  some: Pick<CatalogFile, 'partitions'>,
  all: Pick<CatalogFile, 'partitions'>,
): number | undefined {
  if (rows === undefined || some === all) return rows;
  const count = ({ partitions }: Pick<CatalogFile, 'partitions'>) =>
    partitions.reduce((sum, { files }) => sum + files.length, 0);
  return Math.ceil((rows * count(some)) / count(all));
}
