import { type DayCommit, planDayCommit } from '../../day/day-commit.ts';
import { RunInconsistent } from '../../errors.ts';
import { dayCommitKey } from '../../keys/lake-keys.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { dayTables } from '../publish/day-tables.ts';
import { publicationOf } from '../publish/free-commit.ts';
import { judgeDay, publishDay } from '../publish/publish-day.ts';
import { replace } from '../store/compare-and-swap.ts';
import { readDayLayout } from '../store/kept-terms.ts';
import { sealedBytes } from '../store/sealed-json.ts';
import { readCommitDocument } from './day-record.ts';

/**
 * Mends a day whose last commit is lost. If the loaded files make exactly what readers have, they are what the commit said, and it is
 * written again; otherwise the day is published as a new commit, with the next number that no reader has seen.
 */
export async function writeCommit(
  ports: PipelinePorts,
  lost: { dataset: string; businessDate: string; commit: number },
): Promise<string> {
  const { lake, catalog } = ports;
  const { dataset, businessDate, commit: number } = lost;
  const layout = await readDayLayout(lake, dataset, businessDate);
  const { sound } = await judgeDay(ports, layout, businessDate);
  const tables = await dayTables(ports, layout, businessDate, sound);
  const at = ports.clock.now().toISOString();
  const previous = await commitBefore(ports, lost);
  const planned = planDayCommit(dataset, number, businessDate, at, sound, tables, previous, catalog);
  const key = dayCommitKey(dataset, businessDate, number);
  if (await isShown(catalog, planned)) {
    const warnings = ['the commit was written again by repair, without the warnings and reasons that it had'];
    await replace(lake, key, sealedBytes(key, { ...planned, warnings }), await lake.get(key));
    return `wrote commit ${number} again`;
  }
  await setAsideDamaged(ports, lost);
  const { waitingFor, commit } = await publishDay(ports, layout, businessDate);
  if (waitingFor === undefined) return `published the day as commit ${commit}`;
  throw new RunInconsistent({
    what: 'the last commit of this day is lost, and the day cannot be published as a whole',
    where: key,
    why: `It waits for ${waitingFor}.`,
    next: 'What readers see stays. Publish what is loaded with publish --partial --reason TEXT.',
  });
}

async function commitBefore(
  { lake }: PipelinePorts,
  { dataset, businessDate, commit }: { dataset: string; businessDate: string; commit: number },
): Promise<DayCommit | undefined> {
  for (let number = commit - 1; number > 0; number--) {
    const before = await readCommitDocument(lake, { dataset, businessDate }, number);
    if (before?.value) return before.value;
  }
  return undefined;
}

async function isShown(catalog: PipelinePorts['catalog'], planned: DayCommit): Promise<boolean> {
  const { businessDate } = planned;
  for (const table of planned.tables) {
    const differences = await catalog.differences(table.dataset, [publicationOf(planned, table)]);
    if (differences.some((one) => one.businessDate === undefined || one.businessDate === businessDate))
      return false;
  }
  return true;
}

/** Moves the lost commit aside, and those before it that cannot be read either: the day could not be published after them. */
async function setAsideDamaged(
  { lake }: PipelinePorts,
  { dataset, businessDate, commit }: { dataset: string; businessDate: string; commit: number },
): Promise<void> {
  for (let number = commit; number > 0; number--) {
    const stored = await readCommitDocument(lake, { dataset, businessDate }, number);
    if (number < commit && stored?.problem === undefined) return;
    const key = dayCommitKey(dataset, businessDate, number);
    if (!stored) continue;
    await lake.copy(key, `damaged/${key}`);
    await lake.delete([key]);
  }
}
