import { daysDataset, tableOwnerKey } from '../../keys/lake-keys.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { replace } from './compare-and-swap.ts';
import { lastReadableCommit } from './day-commits.ts';
import { ledgerDays } from './day-ledger.ts';
import { findJson, unlessDamaged } from './json-object.ts';
import { sealedBytes } from './sealed-json.ts';
import { tableOwnerShape, tablesOf } from './table-owner.ts';

/** Replaces owners of a layout's tables that cannot be read: by the layout that published the table, if there is one, else by this one. */
export async function restoreOwners(lake: ObjectStore, layout: Layout): Promise<void> {
  for (const table of tablesOf(layout)) {
    const key = tableOwnerKey(table);
    const stored = await lake.get(key);
    if (!stored || (await unlessDamaged(findJson(lake, key, tableOwnerShape)))) continue;
    await restoreOwner(lake, table, (await publisherOf(lake, table)) ?? layout.name, stored);
  }
}

/** Writes again which layout owns a table. Its columns are then those that readers have, until the next commit adds its own. */
export async function restoreOwner(
  lake: ObjectStore,
  table: string,
  layout: string,
  stored: { tag: string } | undefined,
): Promise<void> {
  const key = tableOwnerKey(table);
  await replace(lake, key, sealedBytes(key, { layout }), stored);
}

/** The layout whose last commit of a day has the table. */
async function publisherOf(lake: ObjectStore, table: string): Promise<string | undefined> {
  for (const [dataset, days] of await ledgerDays(lake)) {
    for (const day of days) {
      const commit = (await lastReadableCommit(lake, dataset, day))?.value;
      const isPublished =
        commit?.tables.some((one) => one.dataset === table) || table === daysDataset(dataset);
      if (commit && isPublished) return dataset;
    }
  }
  return undefined;
}
