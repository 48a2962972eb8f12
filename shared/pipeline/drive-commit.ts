import { catalogPartitions, type DayCommit } from '../control/day-commit.ts';
import { inParallel } from './in-parallel.ts';
import type { PipelinePorts } from './pipeline-ports.ts';

const PARALLEL_COPIES = 16;

/** Copies what is not there yet, then switches readers over; a catalog that stands at a later commit stays. */
export async function driveCommit(
  ports: Pick<PipelinePorts, 'lake' | 'catalog' | 'publishedPrefix'>,
  commit: DayCommit,
): Promise<void> {
  const { lake, publishedPrefix } = ports;
  const objects = commit.tables.flatMap((table) =>
    table.partitions.flatMap((partition) => partition.objects),
  );
  await inParallel(objects, PARALLEL_COPIES, async (object) => {
    const key = `${publishedPrefix}${object.key}`;
    const standing = await lake.head(key);
    if (standing?.sizeBytes !== object.bytes) await lake.copy(object.mergedKey, key);
  });
  for (const table of commit.tables) {
    await ports.catalog.publishDay({
      dataset: table.dataset,
      columns: table.columns,
      partitionKeys: table.partitionKeys,
      businessDate: commit.businessDate,
      commit: commit.commit,
      partitions: catalogPartitions(table),
    });
  }
}
