import { daysDataset, tableOwnerKey } from '../../keys/lake-keys.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { replace } from './compare-and-swap.ts';
import { lastReadableCommit } from './day-commits.ts';
import { ledgerDays } from './day-ledger.ts';
import { findJson, unlessDamaged } from './json-object.ts';
import { sealedBytes } from './sealed-json.ts';
import { tableOwnerShape, tablesOf } from './table-owner.ts';

type OwnerPorts = Pick<PipelinePorts, 'lake' | 'catalog'>;

/** Replaces owners of a layout's tables that cannot be read: by the layout that published the table, if there is one, else by this one. */
export async function restoreOwners(ports: OwnerPorts, layout: Layout): Promise<void> {
  const { lake } = ports;
  for (const table of tablesOf(layout)) {
    const key = tableOwnerKey(table);
    const stored = await lake.get(key);
    if (!stored || (await unlessDamaged(findJson(lake, key, tableOwnerShape)))) continue;
    await restoreOwner(ports, table, (await publisherOf(lake, table)) ?? layout.name);
  }
}

/**
 * Writes again which layout owns a table. Without columns they are those that readers have, until the next commit adds its own; they are noted
 * `withColumns`. Answers false if that is stored already.
 */
export async function restoreOwner(
  { lake, catalog }: OwnerPorts,
  table: string,
  layout: string,
  withColumns = false,
): Promise<boolean> {
  const key = tableOwnerKey(table);
  const stored = await lake.get(key);
  const shown = withColumns ? await catalog.tableOf(table) : undefined;
  const bytes = sealedBytes(key, { layout, ...shown });
  if (stored && Buffer.compare(bytes, stored.bytes) === 0) return false;
  await replace(lake, key, bytes, stored);
  return true;
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
