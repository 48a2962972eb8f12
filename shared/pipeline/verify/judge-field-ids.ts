import { PipelineError } from '../../errors.ts';
import type { FieldIds } from '../../iceberg/field-ids.ts';
import { fieldIdsKey } from '../../keys/lake-keys.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { filePlanShape } from '../../run/file-plan.ts';
import { fieldIdsShape } from '../store/field-ids.ts';
import type { Depth } from './data-object.ts';
import { damage, type Finding, type Mend, repaired } from './finding.ts';
import { readDocument } from './stored-document.ts';

/**
 * Compares the notes on the ids of fields with the ids that readers know and, if runs are looked at, with those of their plans: files carry
 * them, and another name must never get one of them.
 */
export async function judgeFieldIds(
  { lake, catalog }: Pick<PipelinePorts, 'lake' | 'catalog'>,
  depth: Depth,
): Promise<Finding[]> {
  const planned = depth === 'full' ? await plannedIds(lake) : new Map<string, FieldIds>();
  const tables = new Set(planned.keys());
  for await (const { key } of lake.list(fieldIdsKey('').slice(0, -'.json'.length))) {
    tables.add(key.slice(key.lastIndexOf('/') + 1, -'.json'.length));
  }
  const findings: Finding[] = [];
  for (const table of tables) {
    const key = fieldIdsKey(table);
    const stored = await readDocument(lake, key, fieldIdsShape);
    const carried = { ...planned.get(table), ...(await idsOfReaders(catalog, table)) };
    const noted = stored?.value?.ids;
    const lacks = Object.entries(carried).some(([name, id]) => noted?.[name] !== id);
    if (noted && !lacks) continue;
    const what = stored ? (stored.problem ?? 'it lacks ids that files have') : 'it is missing';
    const value = { ids: { ...noted, ...carried } };
    const mend: Mend =
      Object.keys(carried).length > 0
        ? repaired('write it again with the ids that files have', { do: 'write', key, value })
        : repaired('move it aside: the next file of the table makes it again', { do: 'set-aside', key });
    findings.push(damage(key, what, 'operations', mend));
  }
  return findings;
}

/** A catalog that cannot be read is a finding of its own. */
async function idsOfReaders(catalog: Catalog, table: string): Promise<FieldIds | undefined> {
  return catalog.fieldIdsOf(table).catch((error) => {
    if (error instanceof PipelineError) return undefined;
    throw error;
  });
}

/** By table, the ids that the plans of all runs give. A plan that cannot be read is named with its run. */
async function plannedIds(lake: PipelinePorts['lake']): Promise<Map<string, FieldIds>> {
  const found = new Map<string, FieldIds>();
  for await (const folder of lake.listFolder('runs/')) {
    const [, runId] = /^runs\/([^/]+)\/$/.exec(folder) ?? [];
    const plan =
      runId === undefined ? undefined : await readDocument(lake, runKeys(runId).plan, filePlanShape);
    for (const [table, ids] of Object.entries(plan?.value?.fieldIds ?? {}))
      found.set(table, { ...found.get(table), ...ids });
  }
  return found;
}
