import { type CommittedObject, catalogPartitions, type DayCommit } from '../../day/day-commit.ts';
import { ObjectNotFound, RunInconsistent } from '../../errors.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { inParallel } from '../store/in-parallel.ts';
import { publishDayRow } from './day-row.ts';

const PARALLEL_COPIES = 16;

/**
 * Makes readers see a commit: copies the objects that are not in its generation folders yet, then switches the catalog. A catalog that is
 * at a later commit stays there. May be repeated.
 */
export async function applyCommit(ports: PipelinePorts, commit: DayCommit): Promise<void> {
  const objects = commit.tables.flatMap((table) =>
    table.partitions.flatMap((partition) => partition.objects),
  );
  await inParallel(objects, PARALLEL_COPIES, (object) => place(ports, object));
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
  if (!ports.catalog.switchesAtOnce) await publishDayRow(ports, commit);
}

async function place({ lake, publishedPrefix }: PipelinePorts, object: CommittedObject): Promise<void> {
  const key = `${publishedPrefix}${object.key}`;
  if ((await lake.head(key))?.sizeBytes === object.bytes) return;
  // An object that was published before may still exist after its run is removed.
  const sources = [object.copiedFrom && `${publishedPrefix}${object.copiedFrom}`, object.mergedKey];
  for (const source of sources) {
    if (!source || (await lake.head(source))?.sizeBytes !== object.bytes) continue;
    try {
      await lake.copy(source, key);
      return;
    } catch (error) {
      if (!(error instanceof ObjectNotFound)) throw error;
    }
  }
  throw goneObject(object, key);
}

/** Fails with `RunInconsistent` if an object of the commit no longer exists anywhere; to be called before the commit is written. */
export async function requireObjects(ports: PipelinePorts, commit: DayCommit): Promise<void> {
  const { lake, publishedPrefix } = ports;
  const objects = commit.tables.flatMap(({ partitions }) =>
    partitions.flatMap((partition) => partition.objects),
  );
  await inParallel(objects, PARALLEL_COPIES, async (object) => {
    const places = [object.key, object.copiedFrom].flatMap((key) =>
      key ? [`${publishedPrefix}${key}`] : [],
    );
    for (const key of [...places, object.mergedKey]) {
      if ((await lake.head(key))?.sizeBytes === object.bytes) return;
    }
    throw goneObject(object, object.key);
  });
}

function goneObject(object: CommittedObject, key: string): RunInconsistent {
  return new RunInconsistent({
    what: 'the rows that belong here are no longer stored',
    where: key,
    why: `Neither the run ${object.runId} nor a generation has ${object.fileName} any more: both are past their retention.`,
    next: 'Nothing was changed for readers. Convert that version of the file again with --force.',
  });
}
