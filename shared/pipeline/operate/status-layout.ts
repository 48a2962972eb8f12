import type { RunInconsistent } from '../../errors.ts';
import { runKeys } from '../../keys/run-keys.ts';
import { readLayout } from '../../layout/compile/read-layout.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { filePlanShape } from '../../run/file-plan.ts';
import { dayEntries } from '../store/day-ledger.ts';
import { findJson, unlessDamaged } from '../store/json-object.ts';
import { readableTerms, readDayLayout } from '../store/kept-terms.ts';

/** The layout of the day; if its terms cannot be read, that of earlier ones, or of a run of the day. */
export async function statusLayout(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
): Promise<Layout> {
  const damaged: RunInconsistent[] = [];
  const terms = await readableTerms(lake, dataset, businessDate, damaged);
  if (terms) return readLayout(terms.layout.text, terms.layout.file);
  if (damaged.length === 0) return readDayLayout(lake, dataset, businessDate);
  for (const { runId, supplementOf } of await dayEntries(lake, dataset, businessDate, [], damaged)) {
    if (runId === null || supplementOf) continue;
    const plan = await unlessDamaged(findJson(lake, runKeys(runId).plan, filePlanShape));
    if (plan) return readLayout(plan.layout.text, plan.layout.file);
  }
  throw damaged[0];
}
