import { findStoredJson } from '../store/json-object.ts';
import { ownsNothing, tableOwnerShape } from '../store/table-owner.ts';
import type { Removals } from './removals.ts';

/** Removes the notes on tables whose layout has nothing published, loaded or running: a file that balances takes its tables again. */
export async function cleanOwners(removals: Removals): Promise<void> {
  const { lake } = removals.ports;
  const keys: string[] = [];
  for await (const { key } of lake.list('ledger/_tables/')) if (key.endsWith('.json')) keys.push(key);
  for (const key of keys) {
    if (removals.isOver()) return;
    try {
      const stored = await findStoredJson(lake, key, tableOwnerShape);
      if (!stored || !(await ownsNothing(removals.ports, stored.value.layout))) continue;
      const why = `layout ${stored.value.layout} has nothing published, loaded or running`;
      const removal = { what: 'owner', key, objects: 1, bytes: stored.bytes.length, why } as const;
      await removals.removeTogether([{ removal, steps: [[key]] }]);
    } catch (error) {
      removals.fail(key, error);
    }
  }
}
