import { ObjectDamaged, RunInconsistent } from '../../errors.ts';
import { dayCommitKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { LAKE_WORD } from '../../run/rejects-refusal.ts';
import { judgeDay } from '../publish/judge-day.ts';
import { publishDay } from '../publish/publish-day.ts';
import { replace } from '../store/compare-and-swap.ts';
import { unlessBlank } from '../store/day-ledger.ts';
import { readDayLayout, readNumberedTerms } from '../store/kept-terms.ts';
import { sealedBytes } from '../store/sealed-json.ts';
import { commitOfReaders } from './commit-of-readers.ts';
import { readCommitDocument } from './day-record.ts';

const WRITTEN_AGAIN = 'the commit was written again by repair, without the warnings and reasons that it had';

/**
 * Mends a day whose last commit is lost: writes it again as the catalog shows the day, whatever became of the commits before it. If it
 * cannot be told what readers have, the day is published as a new commit, with the next number that no reader has seen. A day of which
 * readers never had anything goes on waiting.
 */
export async function writeCommit(
  ports: PipelinePorts,
  lost: { dataset: string; businessDate: string; commit: number },
): Promise<string> {
  const { lake } = ports;
  const { dataset, businessDate, commit: number } = lost;
  const key = dayCommitKey(dataset, businessDate, number);
  const layout = await readDayLayout(lake, dataset, businessDate);
  const { entries, waitingFor: missing } = await judgeDay(ports, layout, businessDate);
  const seen = await commitOfReaders(ports, layout, lost, entries).catch((error) => {
    // The catalog is lost too: both are written anew.
    if (error instanceof ObjectDamaged) return undefined;
    throw error;
  });
  if (unlessBlank(seen)) {
    const terms = (await readNumberedTerms(lake, dataset, businessDate))?.number;
    const commit = {
      ...seen,
      ...(missing !== undefined && { partial: { reason: 'as it was before repair', missing } }),
      ...(terms !== undefined && { terms }),
      warnings: [WRITTEN_AGAIN],
    };
    await replace(lake, key, sealedBytes(key, commit), await lake.get(key));
    return `wrote commit ${number} again`;
  }
  if (seen && missing !== undefined && !(await hasEarlier(lake, lost))) {
    await replace(lake, key, sealedBytes(key, seen), await lake.get(key));
    return `wrote a blank commit in its place: readers have nothing of the day, which waits for ${missing}`;
  }
  const { waitingFor, commit } = await publishDay(ports, layout, businessDate, { force: true });
  if (waitingFor === undefined) return `published the day as commit ${commit}`;
  throw new RunInconsistent({
    what: 'the last commit of this day is lost, and the day cannot be published as a whole',
    where: key,
    why: `It waits for ${waitingFor}.`,
    next: `What readers see stays. To publish what is loaded: "npx positional-lake publish ${LAKE_WORD} --dataset ${dataset} --business-date ${businessDate} --partial --reason TEXT --force". Then run repair again.`,
  });
}

/** Was a commit before this one published, as far as anybody can know? */
async function hasEarlier(
  lake: ObjectStore,
  { dataset, businessDate, commit }: { dataset: string; businessDate: string; commit: number },
): Promise<boolean> {
  for (let number = commit - 1; number > 0; number--) {
    const before = await readCommitDocument(lake, { dataset, businessDate }, number);
    if (before && (before.value === undefined || unlessBlank(before.value))) return true;
  }
  return false;
}
