import { type FieldIds, withColumnNames } from '../../iceberg/field-ids.ts';
import { byName, objectOf, wholeNumber } from '../../json-shape.ts';
import { fieldIdsKey } from '../../keys/lake-keys.ts';
import type { Layout } from '../../layout/layout.ts';
import type { TableColumns } from '../../ports/catalog.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { compareAndSwap, replace } from './compare-and-swap.ts';
import { fromJsonBytes, unlessDamaged } from './json-object.ts';
import { sealedBytes } from './sealed-json.ts';
import { tableSchemas } from './table-schemas.ts';

export const fieldIdsShape = objectOf<{ ids: FieldIds }>({ ids: byName(wholeNumber) });

/** The ids of the fields of each table that a layout fills. By force, a note of them that cannot be read is made again. */
export async function layoutFieldIds(
  { lake, catalog }: Pick<PipelinePorts, 'lake' | 'catalog'>,
  layout: Layout,
  isForced: boolean,
): Promise<Record<string, FieldIds>> {
  const { rows, rejects } = tableSchemas(layout);
  const tables = [...rows, rejects].map(async (table) => {
    const known = () => catalog.fieldIdsOf(table.dataset);
    return [table.dataset, await claimFieldIds(lake, table.dataset, table, known, isForced)] as const;
  });
  return Object.fromEntries(await Promise.all(tables));
}

/**
 * The ids of a table's fields, `ledger/_fields/<table>.json`, with one for each of its columns and keys. They are given when a file is planned,
 * by conditional write: two files that are planned at once cannot give one id to two names, and what a name has it keeps. Before a new id is
 * given, the ids that readers know (`known`) are taken over, since published files carry them: the note may be lost, or an older copy.
 */
export async function claimFieldIds(
  lake: ObjectStore,
  table: string,
  columns: TableColumns,
  known: () => Promise<FieldIds | undefined>,
  isForced = false,
): Promise<FieldIds> {
  const key = fieldIdsKey(table);
  return compareAndSwap(key, async () => {
    const stored = await lake.get(key);
    const read = async () => stored && fromJsonBytes(stored.bytes, key, fieldIdsShape).ids;
    const noted = isForced ? await unlessDamaged(read()) : await read();
    if (noted && withColumnNames(noted, columns) === noted) return noted;
    const ids = withColumnNames({ ...noted, ...(await known()) }, columns);
    await replace(lake, key, sealedBytes(key, { ids }), stored);
    return ids;
  });
}
