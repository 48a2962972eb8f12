import { type CommittedTable, catalogPartitions, type DayCommit } from '../../day/day-commit.ts';
import { PreconditionFailed } from '../../errors.ts';
import { dayCommitKey } from '../../keys/lake-keys.ts';
import type { DayPublication } from '../../ports/catalog.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';

/**
 * Plans a commit with the first number from `first` that readers have not seen: if the last commit of a day was lost, the catalog still
 * stands at its number and would never show another commit that has it. Fails with `PreconditionFailed` if somebody else has just written
 * that commit.
 */
export async function planFreeCommit(
  ports: Pick<PipelinePorts, 'lake' | 'catalog'>,
  first: number,
  plan: (number: number) => DayCommit,
): Promise<DayCommit> {
  for (let number = first; ; number++) {
    const commit = plan(number);
    if (!(await isSeen(ports, commit))) return commit;
    const key = dayCommitKey(commit.dataset, commit.businessDate, number);
    if (await ports.lake.head(key)) {
      throw new PreconditionFailed({
        what: 'another writer published this commit',
        where: key,
        next: 'Read it again.',
      });
    }
  }
}

/** Do readers see this commit of the day, or a later one? */
export async function isSeen(
  { catalog }: Pick<PipelinePorts, 'catalog'>,
  commit: DayCommit,
): Promise<boolean> {
  for (const table of commit.tables) {
    if (table.partitions.length > 0 && (await catalog.standsAt(publicationOf(commit, table)))) return true;
  }
  return false;
}

/** What a commit shows of a table. */
export function publicationOf({ businessDate, commit }: DayCommit, table: CommittedTable): DayPublication {
  const { dataset, columns, partitionKeys } = table;
  return { dataset, columns, partitionKeys, businessDate, commit, partitions: catalogPartitions(table) };
}
