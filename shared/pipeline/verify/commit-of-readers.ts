import { type CommittedTable, type DayCommit, planDayCommit } from '../../day/day-commit.ts';
import { entryHistoryPrefix, ledgerEntryKey, rejectsDataset } from '../../keys/lake-keys.ts';
import type { Layout } from '../../layout/layout.ts';
import type { CatalogPartition } from '../../ports/catalog.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import {
  isLoaded,
  type LedgerEntry,
  type LoadedEntry,
  type LoadedVersion,
  ledgerEntryShape,
  type MergedFile,
} from '../../run/ledger-entry.ts';
import { dayTables } from '../publish/day-tables.ts';
import { unlessDamaged } from '../store/json-object.ts';
import { readEntry } from '../store/ledger.ts';
import { highestListed, readNumbered } from '../store/numbered-object.ts';
import { objectProblem } from './data-object.ts';

/** A published file, as the catalog names it. */
interface ShownFile {
  table: string;
  partition: CatalogPartition;
  /** Below the published root. */
  key: string;
  fileName: string;
}

/** A published file with what the ledger knows of it. */
interface KnownFile extends ShownFile {
  sourceId: string;
  runId: string;
  output: MergedFile;
}

/**
 * The commit of a day as readers have it, made from what the catalog names and from the versions of each file that the ledger and its
 * history know; undefined if the catalog is at another commit, or names a file of which no version is known. A blank commit, if readers have
 * nothing of the day.
 */
export async function commitOfReaders(
  ports: PipelinePorts,
  layout: Layout,
  { businessDate, commit: number }: { businessDate: string; commit: number },
  entries: LedgerEntry[],
): Promise<DayCommit | undefined> {
  const { catalog } = ports;
  const known = entries.filter(isLoaded);
  const tables = await dayTables(ports, layout, businessDate, known);
  const names = [...tables.rows, tables.rejects].map(({ dataset }) => dataset);
  const at = ports.clock.now().toISOString();
  const shown: ShownFile[] = [];
  let isSeen = false;
  for (const table of names) {
    const day = await catalog.shownDay(table, businessDate);
    if (day && day.commit !== number) return undefined;
    isSeen ||= day !== undefined;
    for (const partition of day?.partitions ?? []) shown.push(...filesOf(table, partition));
  }
  if (!isSeen)
    return { dataset: layout.name, businessDate, commit: number, committedAt: at, files: [], tables: [] };
  const bySource = Map.groupBy(shown, ({ fileName }) => sourceOf(fileName));
  const standing: LoadedEntry[] = [];
  const files: KnownFile[] = [];
  for (const [sourceId, seen] of bySource) {
    const found = await versionShown(ports, layout.name, businessDate, sourceId, seen);
    if (!found) return undefined;
    standing.push(found.entry);
    files.push(...found.files);
  }
  // Nothing is seen of a file without rows.
  standing.push(...known.filter(({ loaded }) => outputsOf(loaded, layout.name).length === 0));
  standing.sort((a, b) => (a.sourceId < b.sourceId ? -1 : 1));
  const planned = planDayCommit(layout.name, number, businessDate, at, standing, tables, undefined);
  return { ...planned, tables: planned.tables.map((table) => withShown(table, files)) };
}

function filesOf(table: string, partition: CatalogPartition): ShownFile[] {
  return partition.files.map((key) => ({
    table,
    partition,
    key,
    fileName: key.slice(key.lastIndexOf('/') + 1),
  }));
}

/** `<sourceId>-00000.snappy.parquet`, see `parquetFileName`. */
function sourceOf(fileName: string): string {
  return fileName.replace(/-\d{5,}(?:\.[a-z-]+)?\.parquet$/, '');
}

/** Each merged file of a version with the table that it is for. */
function outputsOf({ outputs, rejectOutputs }: LoadedVersion, layout: string) {
  return [
    ...outputs.map((output) => ({ table: output.dataset, output })),
    ...rejectOutputs.map((output) => ({ table: rejectsDataset(layout), output })),
  ];
}

/** The version of a file that has exactly the files that readers see: the newest of those whose bytes are right. */
async function versionShown(
  ports: PipelinePorts,
  layout: string,
  businessDate: string,
  sourceId: string,
  seen: ShownFile[],
): Promise<{ entry: LoadedEntry; files: KnownFile[] } | undefined> {
  const alike: { entry: LoadedEntry; files: KnownFile[] }[] = [];
  for await (const entry of versionsOf(ports, layout, businessDate, sourceId)) {
    if (alike.some((one) => one.entry.loaded.runId === entry.loaded.runId)) continue;
    const files = matched(entry, layout, seen);
    if (!files) continue;
    if (await areRight(ports, files)) return { entry, files };
    alike.push({ entry, files });
  }
  // Bytes that are wrong are a finding of their own; if only one version has these files, it is this one.
  return alike.length === 1 ? alike[0] : undefined;
}

/** The versions of a file that were loaded, the latest first. */
async function* versionsOf(
  { lake }: PipelinePorts,
  layout: string,
  businessDate: string,
  sourceId: string,
): AsyncIterable<LoadedEntry> {
  const key = ledgerEntryKey(layout, businessDate, sourceId);
  const prefix = entryHistoryPrefix(key);
  const now = await unlessDamaged(readEntry(lake, key));
  if (now && isLoaded(now)) yield now;
  for (let revision = await highestListed(lake, prefix); revision > 0; revision--) {
    const kept = await unlessDamaged(readNumbered(lake, prefix, revision, ledgerEntryShape));
    if (kept && isLoaded(kept)) yield kept;
  }
}

function matched(entry: LoadedEntry, layout: string, seen: ShownFile[]): KnownFile[] | undefined {
  const { sourceId, loaded } = entry;
  const outputs = outputsOf(loaded, layout);
  if (outputs.length !== seen.length) return undefined;
  const files: KnownFile[] = [];
  for (const file of seen) {
    const found = outputs.find(({ table, output }) => {
      const { year: _y, month: _m, day: _d, ...values } = file.partition.values;
      const isThere = sameValues(values, output.partition);
      return table === file.table && output.fileName === file.fileName && isThere;
    });
    if (!found) return undefined;
    files.push({ ...file, sourceId, runId: loaded.runId, output: found.output });
  }
  return files;
}

function sameValues(a: CatalogPartition['values'], b: CatalogPartition['values']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

async function areRight({ lake, publishedPrefix }: PipelinePorts, files: KnownFile[]): Promise<boolean> {
  for (const { key, output } of files) {
    if (await objectProblem(lake, `${publishedPrefix}${key}`, output, 'bytes')) return false;
  }
  return true;
}

function withShown(table: CommittedTable, files: KnownFile[]): CommittedTable {
  const own = files.filter((file) => file.table === table.dataset);
  const partitions = [...Map.groupBy(own, ({ partition }) => partition)].map(([partition, members]) => ({
    values: partition.values,
    generation: Number(/\/gen=(\d+)\/$/.exec(partition.location)?.[1]),
    location: partition.location,
    objects: members.map(({ sourceId, runId, key, fileName, output }) => {
      const { mergedKey, rows, bytes, checksum } = output;
      return { sourceId, runId, fileName, key, mergedKey, rows, bytes, ...(checksum && { checksum }) };
    }),
  }));
  return { ...table, partitions };
}
