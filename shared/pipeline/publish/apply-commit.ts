import { type CommittedObject, catalogPartitions, type DayCommit } from '../../day/day-commit.ts';
import { ObjectNotFound, RunInconsistent } from '../../errors.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { readCommit } from '../store/day-ledger.ts';
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
  await inParallel(objects, PARALLEL_COPIES, (object) => place(ports, commit, object));
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

async function place(ports: PipelinePorts, commit: DayCommit, object: CommittedObject): Promise<void> {
  const { publishedPrefix } = ports;
  const key = `${publishedPrefix}${object.key}`;
  if (await stands(ports, key, object)) return;
  // An object that was published before may still exist after its run is removed.
  const sources = [object.copiedFrom && `${publishedPrefix}${object.copiedFrom}`, object.mergedKey];
  for (const source of sources) {
    if (source && (await copied(ports, source, key, object))) return;
  }
  // The generation of the commit before may be one whose copy never finished: the rows stand in an older one.
  for (const source of await olderKeys(ports, commit, object)) {
    if (await copied(ports, source, key, object)) return;
  }
  throw goneObject(object, key);
}

/** Copies the object from `source`. Answers false if it is not there. */
async function copied(
  ports: PipelinePorts,
  source: string,
  key: string,
  object: CommittedObject,
): Promise<boolean> {
  if (!(await stands(ports, source, object))) return false;
  try {
    await ports.lake.copy(source, key);
    return true;
  } catch (error) {
    if (error instanceof ObjectNotFound) return false;
    throw error;
  }
}

async function stands({ lake }: PipelinePorts, key: string, { bytes }: CommittedObject): Promise<boolean> {
  return (await lake.head(key))?.sizeBytes === bytes;
}

/** Keys of the same object in the generations before the commit, the latest first. */
async function olderKeys(
  { lake, publishedPrefix }: PipelinePorts,
  { dataset, businessDate, commit }: DayCommit,
  { runId, mergedKey }: CommittedObject,
): Promise<string[]> {
  const keys = new Set<string>();
  for (let number = commit - 1; number > 0; number--) {
    const before = await readCommit(lake, dataset, businessDate, number);
    for (const object of before?.tables.flatMap(({ partitions }) => partitions.flatMap((p) => p.objects)) ??
      []) {
      if (object.runId === runId && object.mergedKey === mergedKey)
        keys.add(`${publishedPrefix}${object.key}`);
    }
  }
  return [...keys];
}

/** Does every one of these objects of a commit stand in its generation folder? */
export async function arePlaced(ports: PipelinePorts, objects: CommittedObject[]): Promise<boolean> {
  for (const object of objects) {
    if (!(await stands(ports, `${ports.publishedPrefix}${object.key}`, object))) return false;
  }
  return true;
}

/** Fails with `RunInconsistent` if an object of the commit no longer exists anywhere; to be called before the commit is written. */
export async function requireObjects(ports: PipelinePorts, commit: DayCommit): Promise<void> {
  const { publishedPrefix } = ports;
  const objects = commit.tables.flatMap(({ partitions }) =>
    partitions.flatMap((partition) => partition.objects),
  );
  await inParallel(objects, PARALLEL_COPIES, async (object) => {
    const places = [object.key, object.copiedFrom].flatMap((key) =>
      key ? [`${publishedPrefix}${key}`] : [],
    );
    for (const key of [...places, object.mergedKey]) {
      if (await stands(ports, key, object)) return;
    }
    for (const key of await olderKeys(ports, commit, object)) {
      if (await stands(ports, key, object)) return;
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
