import { contentKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { contentHolderShape } from '../store/content-claim.ts';
import { inParallel } from '../store/in-parallel.ts';
import { listedKeys } from '../store/listed-keys.ts';
import { type DayRecord, entryKeyOf } from './day-record.ts';
import { damage, type Finding, repaired } from './finding.ts';
import { readDocument } from './stored-document.ts';

const PARALLEL_READS = 16;

/**
 * Judges the notes that say which loaded file has which bytes: without its note the same bytes could be loaded again under another name.
 * Adds the keys of those that it read to `judged`.
 */
export async function judgeClaims(
  lake: ObjectStore,
  record: DayRecord,
  judged: Set<string>,
): Promise<Finding[]> {
  const { dataset, businessDate } = record;
  if (businessDate === null) return [];
  const found = await inParallel([...record.entries.values()], PARALLEL_READS, async ({ value: entry }) => {
    const { loaded } = entry ?? {};
    if (!entry || loaded?.checksum === undefined) return undefined;
    const key = contentKey(dataset, loaded.inputBytes, loaded.checksum);
    judged.add(key);
    const stored = await readDocument(lake, key, contentHolderShape);
    if (stored?.value) return undefined;
    const ledgerKey = entryKeyOf(record, entry.sourceId);
    const value = { sourceKey: entry.sourceKey, businessDate, ledgerKey, runId: loaded.runId };
    const mend = repaired(`write again that ${entry.sourceKey} has these bytes`, { do: 'write', key, value });
    return damage(key, stored ? stored.problem : 'it is missing', 'operations', mend);
  });
  return found.filter((finding) => finding !== undefined);
}

/** Judges the notes about bytes that no loaded file has any more; a damaged one stops a file that brings them again. */
export async function judgeOtherClaims(
  lake: ObjectStore,
  dataset: string,
  judged: ReadonlySet<string>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const key of listedKeys(lake, `ledger/${dataset}/_content/`)) {
    if (judged.has(key)) continue;
    const problem = (await readDocument(lake, key, contentHolderShape))?.problem;
    if (problem === undefined) continue;
    const mend = repaired('move it aside: no loaded file has these bytes', { do: 'set-aside', key });
    findings.push(damage(key, problem, 'operations', mend));
  }
  return findings;
}
