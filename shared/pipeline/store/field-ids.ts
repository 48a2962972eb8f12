import { type FieldIds, withNames } from '../../iceberg/field-ids.ts';
import { byName, objectOf, wholeNumber } from '../../json-shape.ts';
import { fieldIdsKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { compareAndSwap, replace } from './compare-and-swap.ts';
import { findStoredJson } from './json-object.ts';
import { sealedBytes } from './sealed-json.ts';

const fieldIdsShape = objectOf<{ ids: FieldIds }>({ ids: byName(wholeNumber) });

/**
 * The ids of a table's fields, `ledger/_fields/<table>.json`, with one for each of the names. They are given when a file is planned, by
 * conditional write: two files that are planned at once cannot give one id to two names, and what a name has it keeps.
 */
export async function claimFieldIds(
  lake: ObjectStore,
  table: string,
  names: readonly string[],
): Promise<FieldIds> {
  const key = fieldIdsKey(table);
  return compareAndSwap(key, async () => {
    const stored = await findStoredJson(lake, key, fieldIdsShape);
    const known = stored?.value.ids ?? {};
    const ids = withNames(known, names);
    if (ids !== known) await replace(lake, key, sealedBytes(key, { ids }), stored);
    return ids;
  });
}
