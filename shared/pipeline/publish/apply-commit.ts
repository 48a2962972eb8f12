import { type CommittedObject, catalogPartitions, type DayCommit } from '../../day/day-commit.ts';
import { ObjectNotFound, RunInconsistent } from '../../errors.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { lastCommit, readCommit } from '../store/day-ledger.ts';
import { inParallel } from '../store/in-parallel.ts';
import { publishDayRow } from './day-row.ts';

const PARALLEL_COPIES = 16;

/**
 * Makes readers see a commit: copies the objects that are not in its generation folders yet, then switches the catalog. A catalog that is
 * at a later commit stays there. May be repeated. If a later commit has replaced it meanwhile, that one is shown.
 */
export async function applyCommit(ports: PipelinePorts, commit: DayCommit): Promise<void> {
  try {
    await inParallel(objectsOf(commit), PARALLEL_COPIES, (object) => place(ports, commit, object));
  } catch (error) {
    // What a commit copies from may be removed once a later one is shown.
    const last = await lastCommit(ports.lake, commit.dataset, commit.businessDate);
    if (!(error instanceof RunInconsistent) || !last || last.commit <= commit.commit) throw error;
    return applyCommit(ports, last);
  }
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

function objectsOf({ tables }: DayCommit): CommittedObject[] {
  return tables.flatMap(({ partitions }) => partitions.flatMap(({ objects }) => objects));
}

async function place(ports: PipelinePorts, commit: DayCommit, object: CommittedObject): Promise<void> {
  const key = `${ports.publishedPrefix}${object.key}`;
  if (await stands(ports, key, object)) return;
  for await (const source of sourcesOf(ports, commit, object)) {
    if (await copied(ports, source, key, object)) return;
  }
  throw goneObject(object, key);
}

/** Keys that the object can be copied from, the likeliest first; each may be gone. */
async function* sourcesOf(
  ports: PipelinePorts,
  commit: DayCommit,
  object: CommittedObject,
): AsyncIterable<string> {
  // An object that was published before may still exist after its run is removed.
  if (object.copiedFrom) yield `${ports.publishedPrefix}${object.copiedFrom}`;
  yield object.mergedKey;
  // The generation of the commit before may be one whose copy never finished: the rows stand in an older one.
  yield* await olderKeys(ports, commit, object);
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
    for (const object of before ? objectsOf(before) : []) {
      if (object.runId === runId && object.mergedKey === mergedKey)
        keys.add(`${publishedPrefix}${object.key}`);
    }
  }
  return [...keys];
}

/** Does every object of the commit that comes from this run stand in its generation folder? */
export async function isPlaced(ports: PipelinePorts, commit: DayCommit, runId: string): Promise<boolean> {
  const objects = objectsOf(commit).filter((object) => object.runId === runId);
  for (const object of objects) {
    if (!(await stands(ports, `${ports.publishedPrefix}${object.key}`, object))) return false;
  }
  return true;
}

/** Folders that the objects of a commit may be copied from: of generations and of runs, each ends in `/`. */
export async function sourceFolders(ports: PipelinePorts, commit: DayCommit): Promise<string[]> {
  const { lake, publishedPrefix } = ports;
  const objects = objectsOf(commit);
  const folders = new Set(objects.map(({ runId }) => runKeys(runId).root));
  const wanted = new Set(objects.map(({ mergedKey }) => mergedKey));
  for (let number = commit.commit - 1; number > 0; number--) {
    const before = await readCommit(lake, commit.dataset, commit.businessDate, number);
    for (const { mergedKey, key } of before ? objectsOf(before) : []) {
      if (wanted.has(mergedKey)) folders.add(folderOf(`${publishedPrefix}${key}`));
    }
  }
  return [...folders];
}

/**
 * Fails with `RunInconsistent` if an object of the commit no longer exists outside the folders that are being removed; to be called before
 * the commit is written.
 */
export async function requireObjects(
  ports: PipelinePorts,
  commit: DayCommit,
  leaving: string[],
): Promise<void> {
  await inParallel(objectsOf(commit), PARALLEL_COPIES, (object) =>
    requireObject(ports, commit, object, leaving),
  );
}

async function requireObject(
  ports: PipelinePorts,
  commit: DayCommit,
  object: CommittedObject,
  leaving: string[],
): Promise<void> {
  const key = `${ports.publishedPrefix}${object.key}`;
  if (await stands(ports, key, object)) return;
  for await (const source of sourcesOf(ports, commit, object)) {
    const isLeaving = leaving.some((folder) => source.startsWith(folder));
    if (!isLeaving && (await stands(ports, source, object))) return;
  }
  throw goneObject(object, key);
}

/** Fails with `RunInconsistent` if an object that no commit before had is not there: no reader could be shown the commit. */
export async function requireNewObjects(ports: PipelinePorts, commit: DayCommit): Promise<void> {
  const isNew = ({ generation }: { generation: number }) => generation === commit.commit;
  const objects = commit.tables
    .flatMap(({ partitions }) => partitions.filter(isNew))
    .flatMap((partition) => partition.objects.filter(({ copiedFrom }) => copiedFrom === undefined));
  await inParallel(objects, PARALLEL_COPIES, (object) => requireObject(ports, commit, object, []));
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

function goneObject(object: CommittedObject, key: string): RunInconsistent {
  return new RunInconsistent({
    what: 'the rows that belong here are no longer stored',
    where: key,
    why: `Neither the run ${object.runId} nor a generation has ${object.fileName} any more: both are past their retention.`,
    next: 'Nothing was changed for readers. Convert that version of the file again with --force.',
  });
}
