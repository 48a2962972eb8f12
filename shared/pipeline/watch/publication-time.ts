import { type DayCompletion, dayCompletion } from '../../day/expected-files.ts';
import { commitOfKey, dayCommitPrefix } from '../../keys/lake-keys.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { type LedgerEntry, supplementedRun } from '../../run/ledger-entry.ts';
import { readCommit } from '../store/day-ledger.ts';
import { unlessDamaged } from '../store/json-object.ts';

/**
 * The time of the first commit that holds all expected files: a correction that is published later changes nothing. If nobody knows what
 * to expect, the time of the last commit, once all files are loaded.
 */
export async function publicationTime(
  { lake }: Pick<PipelinePorts, 'lake'>,
  dataset: string,
  businessDate: string,
  day: DayCompletion,
  entries: LedgerEntry[],
): Promise<Date | undefined> {
  const numbers: number[] = [];
  const prefix = dayCommitPrefix(dataset, businessDate);
  for await (const key of lake.listFolder(prefix)) {
    const commit = commitOfKey(key);
    if (commit !== undefined) numbers.push(commit);
  }
  const isKnown = day.expectation.files !== undefined;
  if (!isKnown && entries.some(({ loaded }) => !loaded)) return undefined;
  // A commit does not say which of its files only correct records of another.
  const supplements = new Set(entries.filter(supplementedRun).map(({ sourceId }) => sourceId));
  const order = numbers.sort((a, b) => (isKnown ? a - b : b - a));
  for (const number of order) {
    const commit = await unlessDamaged(readCommit(lake, dataset, businessDate, number));
    if (!commit) continue;
    const { files, committedAt } = commit;
    const held = files
      .filter(({ sourceId }) => !supplements.has(sourceId))
      .map(({ sourceKey }) => ({ sourceKey, state: 'loaded' as const, loaded: {} }));
    if (!isKnown || dayCompletion(day.expectation, held).complete) return new Date(committedAt);
  }
  return undefined;
}
