import { PipelineError } from '../../errors.ts';
import type { FieldIds } from '../../iceberg/field-ids.ts';
import { fieldIdsKey } from '../../keys/lake-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { fieldIdsShape } from '../store/field-ids.ts';
import { damage, type Finding, type Mend, repaired } from './finding.ts';
import { readDocument } from './stored-document.ts';

/**
 * Compares the notes on the ids of fields with the ids that readers know and, if runs are looked at, with those of their plans, `planned`:
 * files carry them, and another name must never get one of them.
 */
export async function judgeFieldIds(
  { lake, catalog }: Pick<PipelinePorts, 'lake' | 'catalog'>,
  planned: ReadonlyMap<string, FieldIds>,
): Promise<Finding[]> {
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

/** Adds ids of fields by table; those that come later count. */
export function addFieldIds(known: Map<string, FieldIds>, more: Iterable<readonly [string, FieldIds]>): void {
  for (const [table, ids] of more) known.set(table, { ...known.get(table), ...ids });
}
