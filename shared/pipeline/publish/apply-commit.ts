import { commitFacts } from '../../day/commit-facts.ts';
import type { CommittedObject, DayCommit } from '../../day/day-commit.ts';
import { ObjectDamaged, ObjectNotFound, RunInconsistent } from '../../errors.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { DayPublication } from '../../ports/catalog.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { convertAgain } from '../../run/convert-again.ts';
import { lastCommit, readCommit } from '../store/day-ledger.ts';
import { claimFieldIds } from '../store/field-ids.ts';
import { inParallel } from '../store/in-parallel.ts';
import { unlessDamaged } from '../store/json-object.ts';
import { writtenTogether } from '../store/written-together.ts';
import { showDayRow } from './day-row.ts';
import { publicationOf } from './free-commit.ts';

/** Copies wait for S3, and for nothing of this process: as many at once as it has connections. */
const PARALLEL_COPIES = 256;
const PARALLEL_TABLES = 8;

/**
 * Makes readers see a commit: copies the objects that are not in its generation folders yet, then switches the catalog. A catalog that is
 * at a later commit stays there. May be repeated. If a later commit has replaced it meanwhile, that one is shown. What is copied must have
 * the checksum that was taken when it was written, unless that was `found` to be so already; else it fails with `ObjectDamaged`.
 */
export async function applyCommit(
  ports: PipelinePorts,
  commit: DayCommit,
  found: FoundObjects = new Map(),
): Promise<void> {
  try {
    await placeObjects(ports, commit, found);
  } catch (error) {
    if (!(error instanceof RunInconsistent)) throw error;
    // What a commit copies from may be removed once a later one is shown.
    const last = await lastCommit(ports.lake, commit.dataset, commit.businessDate);
    if (!last || last.commit <= commit.commit) throw error;
    return applyCommit(ports, last);
  }
  await showCommit(ports, commit);
}

/** Switches the catalog to a commit whose objects are placed. Completes what somebody left half done who switched it already. */
export async function showCommit(ports: PipelinePorts, commit: DayCommit): Promise<void> {
  await writtenTogether(ports, (together) => showTables(together, commit));
}

async function showTables(ports: PipelinePorts, commit: DayCommit): Promise<void> {
  // Each table has a pointer of its own; the row of the day comes once all of them are switched.
  await inParallel(publicationsOf(commit), PARALLEL_TABLES, async (publication) =>
    ports.catalog.publishDay(await withFieldIds(ports, publication)),
  );
  if (ports.catalog.hasDaysTable) await showDayRow(ports, commit);
}

/** The publication with the ids of its fields, which files have in their footers. */
export async function withFieldIds(
  { lake, catalog }: Pick<PipelinePorts, 'lake' | 'catalog'>,
  publication: DayPublication,
): Promise<DayPublication> {
  const { dataset } = publication;
  const known = () => catalog.fieldIdsOf(dataset);
  return { ...publication, fieldIds: await claimFieldIds(lake, dataset, publication, known) };
}

/** Copies the objects of a commit that are not in its generation folders yet. No reader sees them before the catalog does. */
export async function placeObjects(
  ports: PipelinePorts,
  commit: DayCommit,
  found: FoundObjects = new Map(),
): Promise<void> {
  await inParallel(objectsOf(commit), PARALLEL_COPIES, async (object) => {
    const known = found.get(object.key);
    if (!known || !(await isPlacedFrom(ports, known, object))) await place(ports, commit, object);
  });
}

/** What the catalog shows of a commit, table by table. */
export function publicationsOf(commit: DayCommit): DayPublication[] {
  const facts = commitFacts(commit);
  return commit.tables.map((table) => ({ ...publicationOf(commit, table), facts }));
}

/** Where objects that have to be copied stood a moment ago, by their keys, and whether their bytes were compared with their checksum. */
export type FoundObjects = ReadonlyMap<string, FoundObject>;

interface FoundObject {
  source: string;
  isProved: boolean;
}

function objectsOf({ tables }: DayCommit): CommittedObject[] {
  return tables.flatMap(({ partitions }) => partitions.flatMap(({ objects }) => objects));
}

/** Copies an object from where it was found; false if it is there no longer, or was never right. */
async function isPlacedFrom(
  { lake, publishedPrefix }: PipelinePorts,
  { source, isProved }: FoundObject,
  { key, checksum }: CommittedObject,
): Promise<boolean> {
  try {
    await lake.copy(source, `${publishedPrefix}${key}`, isProved ? undefined : checksum);
    return true;
  } catch (error) {
    if (error instanceof ObjectDamaged || error instanceof ObjectNotFound) return false;
    throw error;
  }
}

async function place(ports: PipelinePorts, commit: DayCommit, object: CommittedObject): Promise<void> {
  const key = `${ports.publishedPrefix}${object.key}`;
  if (await stands(ports, key, object)) return;
  let damaged: string | undefined;
  for await (const source of sourcesOf(ports, commit, object)) {
    if (!(await stands(ports, source, object))) continue;
    try {
      await ports.lake.copy(source, key, object.checksum);
      return;
    } catch (error) {
      if (error instanceof ObjectDamaged) damaged ??= source;
      else if (!(error instanceof ObjectNotFound)) throw error;
    }
  }
  throw damaged === undefined ? goneObject(object, key) : damagedObject(commit, object, damaged);
}

/** Where an object of the commit may stand, apart from its own place: the most likely first. */
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

/** Is there an object of this size? A checksum that the store keeps must be right too; it is no reason to read the object. */
async function stands(ports: PipelinePorts, key: string, object: CommittedObject): Promise<boolean> {
  return (await standing(ports, key, object)) !== undefined;
}

/** The same, with the checksum that its bytes are still to be compared with, if it has one and the store keeps none. */
async function standing(
  { lake }: PipelinePorts,
  key: string,
  { bytes, checksum }: CommittedObject,
): Promise<{ unproved: string | undefined } | undefined> {
  const info = await lake.head(key);
  if (info?.sizeBytes !== bytes) return undefined;
  // Commits of earlier versions may hold no checksum.
  if (checksum === undefined || info.crc64nvme === undefined) return { unproved: checksum };
  return info.crc64nvme === checksum ? { unproved: undefined } : undefined;
}

/** Keys of the same object in the generations before the commit, the latest first. */
async function olderKeys(
  ports: PipelinePorts,
  commit: DayCommit,
  { key, mergedKey, checksum }: CommittedObject,
): Promise<string[]> {
  const keys = new Set<string>();
  for await (const { number, found, isDamaged } of commitsBefore(ports, commit)) {
    // What a commit that cannot be read had in its folder is proved by its checksum.
    if (isDamaged && checksum !== undefined) keys.add(inGeneration(key, number));
    for (const object of found) if (object.mergedKey === mergedKey) keys.add(object.key);
  }
  return [...keys].map((below) => `${ports.publishedPrefix}${below}`);
}

/** The objects of each commit before this one, the latest first; none of a commit that cannot be read. */
async function* commitsBefore(
  { lake }: PipelinePorts,
  { dataset, businessDate, commit }: DayCommit,
): AsyncIterable<{ number: number; found: CommittedObject[]; isDamaged: boolean }> {
  for (let number = commit - 1; number > 0; number--) {
    const reading = readCommit(lake, dataset, businessDate, number);
    const objects = await unlessDamaged(reading.then((before) => (before ? objectsOf(before) : [])));
    yield { number, found: objects ?? [], isDamaged: objects === undefined };
  }
}

/** `…/gen=00003/name` of another generation. */
function inGeneration(key: string, generation: number): string {
  return key.replace(/gen=\d+(?=\/[^/]+$)/, `gen=${String(generation).padStart(5, '0')}`);
}

/** Does every one of these objects of a commit stand in its generation folder? */
export async function arePlaced(ports: PipelinePorts, objects: CommittedObject[]): Promise<boolean> {
  for (const object of objects) {
    if (!(await stands(ports, `${ports.publishedPrefix}${object.key}`, object))) return false;
  }
  return true;
}

/** Folders that the objects of a commit may be copied from: of generations and of runs, each ends in `/`. */
export async function sourceFolders(ports: PipelinePorts, commit: DayCommit): Promise<string[]> {
  const objects = objectsOf(commit);
  const folders = new Set(objects.map(({ runId }) => runKeys(runId).root));
  const wanted = new Set(objects.map(({ mergedKey }) => mergedKey));
  for await (const { found } of commitsBefore(ports, commit)) {
    for (const { mergedKey, key } of found) {
      if (wanted.has(mergedKey)) folders.add(folderOf(`${ports.publishedPrefix}${key}`));
    }
  }
  return [...folders];
}

/**
 * To be called before a commit is written: one that cannot be shown must not be. Fails with `RunInconsistent` if an object of it no longer
 * exists outside the folders that are being removed, and with `ObjectDamaged` if its bytes are not those that were written. Answers with
 * the places of those that have to be copied.
 */
export async function requireObjects(
  ports: PipelinePorts,
  commit: DayCommit,
  leaving: string[] = [],
): Promise<FoundObjects> {
  const found = new Map<string, FoundObject>();
  await inParallel(objectsOf(commit), PARALLEL_COPIES, async (object) => {
    const key = `${ports.publishedPrefix}${object.key}`;
    const isLeaving = (place: string) => leaving.some((one) => place.startsWith(one));
    // One that was published before may stay where it is.
    if (!isLeaving(key) && (await stands(ports, key, object))) return;
    let damaged: string | undefined;
    for await (const source of sourcesOf(ports, commit, object)) {
      const seen = isLeaving(source) ? undefined : await standing(ports, source, object);
      if (!seen) continue;
      const { unproved } = seen;
      const isSound = unproved === undefined || (await ports.lake.hasChecksum(source, unproved));
      // If nobody knows yet, the copy finds out.
      if (isSound !== false) return void found.set(object.key, { source, isProved: isSound === true });
      damaged ??= source;
    }
    throw damaged === undefined ? goneObject(object, key) : damagedObject(commit, object, damaged);
  });
  return found;
}

function damagedObject(
  { dataset, businessDate, files }: DayCommit,
  { sourceId, fileName }: CommittedObject,
  where: string,
): ObjectDamaged {
  const sourceKey = files.find((file) => file.sourceId === sourceId)?.sourceKey ?? fileName;
  return new ObjectDamaged({
    what: 'these rows were altered after they were written',
    where,
    why: 'The bytes do not have the checksum that the ledger holds.',
    next: `Nothing was changed for readers. ${convertAgain({ dataset, sourceKey, businessDate })}`,
  });
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
