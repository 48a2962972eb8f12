import { daysDataset, rejectsDataset } from '../../shared/keys/lake-keys.ts';

const DAYS = daysDataset('');

/**
 * Is a table that of the days of a layout, which every layout has that has a table of rejects? It is kept for other programs: a query of ours
 * makes it from the commits, which it reads anyway, faster than from a file for each day.
 */
export async function isDaysTable(
  table: string,
  has: (table: string) => boolean | Promise<boolean>,
): Promise<boolean> {
  return table.endsWith(DAYS) && (await has(rejectsDataset(table.slice(0, -DAYS.length))));
}
