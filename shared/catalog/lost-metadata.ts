import type { ObjectStore } from '../ports/object-store.ts';
import type { TablePlace } from './table-place.ts';

/**
 * What to do about metadata that is lost: a table of which no file is stored, but for its `own` that are being published, has no rows that
 * could be lost with it, so that it counts as new; `over damage` every table does, `no` table does.
 */
export type OverDamage = { own: readonly string[] } | 'over damage' | 'no';

export const NO_ROWS: OverDamage = { own: [] };

/** Is a file of rows of the table stored besides `own`, keys below the published root? Without one, no day can be hidden. */
export async function hasFiles(
  { place: { publishedPrefix }, list }: { place: TablePlace; list: ObjectStore['list'] },
  table: string,
  own: readonly string[],
): Promise<boolean> {
  const root = `${publishedPrefix}${table}/`;
  const known = new Set(own.map((key) => `${publishedPrefix}${key}`));
  for await (const { key } of list(root))
    if (!key.startsWith(`${root}metadata/`) && !known.has(key)) return true;
  return false;
}
