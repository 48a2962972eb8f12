import { byName, listOf, nullable, objectOf, optional, text, wholeNumber } from '../json-shape.ts';
import { dayPartition } from '../keys/business-date.ts';
import { generationLocation } from '../keys/lake-keys.ts';
import { partitionShape } from '../keys/partition-path.ts';
import type { CatalogColumn, CatalogPartition } from '../ports/catalog.ts';
import type { LedgerEntry, LoadedEntry, LoadedVersion, MergedFile } from '../run/ledger-entry.ts';
import { catalogColumnsShape } from './catalog-columns.ts';

/**
 * The commit point of a day, `_day/<n>.json`: the objects that make up the day. Written once, never changed. One without tables is blank:
 * it publishes nothing, and takes the number that a publication under way would have had.
 */
export interface DayCommit {
  dataset: string;
  businessDate: string;
  commit: number;
  committedAt: string;
  /** Who published it: a user of the machine. On AWS the functions do, and who asked them is in CloudTrail. */
  by?: string;
  files: CommittedFile[];
  tables: CommittedTable[];
  /** Published on purpose before the day was complete. */
  partial?: { reason: string; missing: string };
  /** Set for a rollback: which versions it replaced by which. */
  rollback?: { reason: string; restores: number | null; files: RolledBackFile[] };
  /** Unusual things about the day, each a clause. */
  warnings?: string[];
  /** Number of the terms that it was held to. Commits of earlier versions do not say it. */
  terms?: number;
}

/** A file that a rollback takes from one run to another; null means that no version of it is published. */
export interface RolledBackFile {
  sourceId: string;
  sourceKey: string;
  ledgerKey: string;
  from: string | null;
  to: string | null;
}

interface CommittedFile {
  sourceId: string;
  sourceKey: string;
  version: string;
  runId: string;
  recordsRead: number;
  rows: number;
  rejectedRows: number;
  inputBytes: number;
  /** Control sums as decimal strings: `sum(valor_contrato)`. */
  sums?: Record<string, string>;
}

export interface CommittedTable {
  dataset: string;
  columns: CatalogColumn[];
  partitionKeys: CatalogColumn[];
  partitions: CommittedPartition[];
}

interface CommittedPartition {
  /** year, month, day and the layout's partition columns. */
  values: Record<string, string | null>;
  /** Number of the commit that changed the partition last. */
  generation: number;
  /** The folder of that commit. Objects that stood before are in folders of earlier ones. */
  location: string;
  objects: CommittedObject[];
}

export interface CommittedObject {
  sourceId: string;
  runId: string;
  fileName: string;
  /** Key below the published root. */
  key: string;
  mergedKey: string;
  /**
   * Key of the same object in an earlier generation, below the published root: commits of earlier versions copied it. It may exist longer than
   * the run.
   */
  copiedFrom?: string;
  rows: number;
  bytes: number;
  checksum?: string;
}

const committedFileShape = objectOf<CommittedFile>({
  sourceId: text,
  sourceKey: text,
  version: text,
  runId: text,
  recordsRead: wholeNumber,
  rows: wholeNumber,
  rejectedRows: wholeNumber,
  inputBytes: wholeNumber,
  sums: optional(byName(text)),
});

const committedObjectShape = objectOf<CommittedObject>({
  sourceId: text,
  runId: text,
  fileName: text,
  key: text,
  mergedKey: text,
  copiedFrom: optional(text),
  rows: wholeNumber,
  bytes: wholeNumber,
  checksum: optional(text),
});

const committedPartitionShape = objectOf<CommittedPartition>({
  values: partitionShape,
  generation: wholeNumber,
  location: text,
  objects: listOf(committedObjectShape),
});

const rolledBackFileShape = objectOf<RolledBackFile>({
  sourceId: text,
  sourceKey: text,
  ledgerKey: text,
  from: nullable(text),
  to: nullable(text),
});

export const dayCommitShape = objectOf<DayCommit>({
  dataset: text,
  businessDate: text,
  commit: wholeNumber,
  committedAt: text,
  by: optional(text),
  files: listOf(committedFileShape),
  tables: listOf(
    objectOf<CommittedTable>({
      dataset: text,
      columns: catalogColumnsShape,
      partitionKeys: catalogColumnsShape,
      partitions: listOf(committedPartitionShape),
    }),
  ),
  partial: optional(objectOf<NonNullable<DayCommit['partial']>>({ reason: text, missing: text })),
  rollback: optional(
    objectOf<NonNullable<DayCommit['rollback']>>({
      reason: text,
      restores: nullable(wholeNumber),
      files: listOf(rolledBackFileShape),
    }),
  ),
  warnings: optional(listOf(text)),
  terms: optional(wholeNumber),
});

/** The columns of a table, from the layout that the day was last loaded with. */
export type TableSchema = Pick<CommittedTable, 'dataset' | 'columns' | 'partitionKeys'>;

/**
 * The next commit of a day of `layout`, from its loaded files. A partition with the same objects as in the commit before stays as it is; every
 * other one gets the folder of the new generation for its new objects. Those that stand already stay where they are: readers are told each
 * file.
 */
export function planDayCommit(
  layout: string,
  commit: number,
  businessDate: string,
  committedAt: string,
  loaded: LoadedEntry[],
  schemas: { rows: TableSchema[]; rejects: TableSchema },
  previous: DayCommit | undefined,
): DayCommit {
  const table = (schema: TableSchema, outputsOf: (version: LoadedVersion) => MergedFile[]) => {
    const before = previous?.tables.find((candidate) => candidate.dataset === schema.dataset);
    const objects = loaded.flatMap(({ sourceId, loaded: version }) =>
      outputsOf(version).map((output) => ({ output, sourceId, runId: version.runId })),
    );
    const standing = standingKeys(before);
    const placed = (location: string, { runId, output: { mergedKey, fileName } }: LoadedObject) => {
      return { key: standing.get(`${runId} ${mergedKey}`) ?? `${location}${fileName}`, mergedKey };
    };
    const partitions = planPartitions(schema.dataset, businessDate, commit, objects, before, placed);
    return { ...schema, partitions };
  };
  return {
    dataset: layout,
    businessDate,
    commit,
    committedAt,
    files: loaded.map(({ sourceId, sourceKey, loaded: version }) => ({
      sourceId,
      sourceKey,
      version: version.version,
      runId: version.runId,
      recordsRead: version.records.read,
      rows: version.rows,
      rejectedRows: version.records.rejected,
      inputBytes: version.inputBytes,
      ...sumsOf(version),
    })),
    tables: [
      ...schemas.rows.map((schema) =>
        table(schema, ({ outputs }) => outputs.filter(({ dataset }) => dataset === schema.dataset)),
      ),
      table(schemas.rejects, ({ rejectOutputs }) => rejectOutputs),
    ],
  };
}

function sumsOf({ controlTotals }: LoadedVersion): Pick<CommittedFile, 'sums'> {
  const sums = controlTotals.flatMap(({ figure, actual }) => (figure ? [[figure, actual] as const] : []));
  return sums.length > 0 ? { sums: Object.fromEntries(sums) } : {};
}

interface LoadedObject {
  output: MergedFile;
  sourceId: string;
  runId: string;
}

function planPartitions(
  dataset: string,
  businessDate: string,
  commit: number,
  objects: LoadedObject[],
  before: CommittedTable | undefined,
  placed: (location: string, object: LoadedObject) => Pick<CommittedObject, 'key' | 'mergedKey'>,
): CommittedPartition[] {
  const standing = new Map(
    before?.partitions.map((partition) => [JSON.stringify(partition.values), partition]),
  );
  const byPartition = new Map<string, { partition: MergedFile['partition']; members: LoadedObject[] }>();
  for (const object of objects) {
    const { partition } = object.output;
    const name = JSON.stringify(partition);
    const known = byPartition.get(name);
    if (known) known.members.push(object);
    else byPartition.set(name, { partition, members: [object] });
  }
  return [...byPartition]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { partition, members }]) => {
      const values = { ...dayPartition(businessDate), ...partition };
      const stood = standing.get(JSON.stringify(values));
      const wanted = members.map(({ sourceId, runId, output: { fileName } }) => ({
        sourceId,
        runId,
        fileName,
      }));
      if (stood && identity(stood.objects) === identity(wanted)) return stood;
      const location = generationLocation(dataset, businessDate, partition, commit);
      return {
        values,
        generation: commit,
        location,
        objects: members.map((member) => ({
          sourceId: member.sourceId,
          runId: member.runId,
          fileName: member.output.fileName,
          ...placed(location, member),
          rows: member.output.rows,
          bytes: member.output.bytes,
          ...(member.output.checksum === undefined ? {} : { checksum: member.output.checksum }),
        })),
      };
    });
}

/** The key of each object of the commit before, by its run and merged file. */
function standingKeys(before: CommittedTable | undefined): Map<string, string> {
  const objects = (before?.partitions ?? []).flatMap((partition) => partition.objects);
  return new Map(objects.map(({ runId, mergedKey, key }) => [`${runId} ${mergedKey}`, key]));
}

function identity(objects: Pick<CommittedObject, 'sourceId' | 'runId' | 'fileName'>[]): string {
  return JSON.stringify(objects.map(({ sourceId, runId, fileName }) => [sourceId, runId, fileName]).sort());
}

/** Does the commit hold exactly these versions of these files? */
export function holdsExactly(commit: DayCommit | undefined, entries: LedgerEntry[]): boolean {
  if (!commit) return false;
  const wanted = entries.flatMap(({ sourceId, loaded }) => (loaded ? [`${sourceId} ${loaded.runId}`] : []));
  const held = commit.files.map(({ sourceId, runId }) => `${sourceId} ${runId}`);
  return JSON.stringify(wanted.sort()) === JSON.stringify(held.sort());
}

export function catalogPartitions(table: CommittedTable): CatalogPartition[] {
  return table.partitions.map(({ values, location, objects }) => ({
    values,
    location,
    files: objects.map((object) => object.key),
  }));
}
