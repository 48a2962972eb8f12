import {
  catalogPartitions,
  type DayCommit,
  holdsExactly,
  planDayCommit,
  type TableSchema,
} from '../control/day-commit.ts';
import type { LedgerEntry } from '../control/ledger-entry.ts';
import { PreconditionFailed } from '../errors.ts';
import {
  commitOfKey,
  dayCommitKey,
  dayCommitPrefix,
  ledgerDayPrefix,
  ledgerEntryKey,
  rejectsDataset,
} from '../keys/lake-keys.ts';
import { hiveType } from '../layout/field-type.ts';
import type { Layout } from '../layout/layout.ts';
import type { CatalogColumn } from '../ports/catalog.ts';
import { inParallel } from './in-parallel.ts';
import { fromJsonBytes, readJson, toJsonBytes } from './json-object.ts';
import type { PipelinePorts } from './pipeline-ports.ts';
import { REJECT_COLUMNS } from './reject-writer.ts';

const PARALLEL_COPIES = 16;
/** Files of one day that finish together commit one after the other; more in a row than this is no accident. */
const MAX_TRIES = 100;

const DAY_KEYS: CatalogColumn[] = ['year', 'month', 'day'].map((name) => ({ name, type: 'string' }));

/** What became of the day. */
export interface DayOutcome {
  published: boolean;
  commit: number | undefined;
  /** Why the day is not published yet. */
  waitingFor?: string;
}

/**
 * Publishes a day when its expected files are loaded: writes the day commit if what is loaded is not what the last one holds, copies
 * its objects into their generation folders, then points the catalog there. Every step may be done again.
 */
export async function publishDay(
  ports: PipelinePorts,
  layout: Layout,
  businessDate: string,
  sourceId: string,
): Promise<DayOutcome> {
  for (let tries = 1; ; tries++) {
    // The commit before the entries: who commits in between makes our number a taken one, and we read again.
    const last = await lastCommit(ports, layout.name, businessDate);
    const entries = await loadedEntries(ports, layout.name, businessDate, sourceId, last);
    if (holdsExactly(last, entries)) {
      await driveCommit(ports, last!);
      return { published: true, commit: last!.commit };
    }
    const waitingFor = missingFiles(ports.settings.expectedFiles, entries);
    if (waitingFor) return { published: last !== undefined, commit: last?.commit, waitingFor };
    const committedAt = ports.clock.now().toISOString();
    const next = (last?.commit ?? 0) + 1;
    const commit = planDayCommit(next, businessDate, committedAt, entries, tableSchemas(layout), last);
    try {
      await ports.lake.putOnce(dayCommitKey(layout.name, businessDate, next), toJsonBytes(commit));
    } catch (error) {
      if (error instanceof PreconditionFailed && tries < MAX_TRIES) continue;
      throw error;
    }
    await driveCommit(ports, commit);
    return { published: true, commit: next };
  }
}

/** Of the file at hand, of those the last commit holds, and of all that a listing shows: one that is old must not lose any. */
async function loadedEntries(
  ports: PipelinePorts,
  dataset: string,
  businessDate: string,
  sourceId: string,
  last: DayCommit | undefined,
): Promise<LedgerEntry[]> {
  const prefix = ledgerDayPrefix(dataset, businessDate);
  const known = [sourceId, ...(last?.files ?? []).map((file) => file.sourceId)];
  const keys = new Set(known.map((id) => ledgerEntryKey(dataset, businessDate, id)));
  for await (const { key } of ports.lake.list(prefix)) {
    if (!key.slice(prefix.length).includes('/') && key.endsWith('.json')) keys.add(key);
  }
  const entries = await inParallel([...keys].sort(), PARALLEL_COPIES, (key) =>
    readJson<LedgerEntry>(ports.lake, key),
  );
  return entries.filter((entry) => entry.loaded !== undefined);
}

async function lastCommit(
  ports: PipelinePorts,
  dataset: string,
  businessDate: string,
): Promise<DayCommit | undefined> {
  let highest = 0;
  for await (const { key } of ports.lake.list(dayCommitPrefix(dataset, businessDate))) {
    highest = Math.max(highest, commitOfKey(key) ?? 0);
  }
  // A listing may be older than the last commit; a key that is asked for by name is not.
  for (let last: DayCommit | undefined; ; highest++) {
    const stored = await ports.lake.get(dayCommitKey(dataset, businessDate, Math.max(1, highest)));
    if (!stored) return last;
    last = fromJsonBytes<DayCommit>(stored.bytes);
    highest = last.commit;
  }
}

/** Copies what is not there yet, then switches readers over; a catalog that stands at a later commit stays. */
async function driveCommit(ports: PipelinePorts, commit: DayCommit): Promise<void> {
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

/** Undefined when the day is complete. */
function missingFiles(expected: number | string[] | undefined, entries: LedgerEntry[]): string | undefined {
  if (expected === undefined) return undefined;
  if (typeof expected === 'number') {
    const missing = expected - entries.length;
    return missing > 0 ? `${missing} of ${expected} files` : undefined;
  }
  const names = entries.map(({ sourceKey }) => sourceKey.slice(sourceKey.lastIndexOf('/') + 1));
  const missing = expected.filter((name) => !names.includes(name));
  return missing.length > 0 ? missing.join(', ') : undefined;
}

function tableSchemas(layout: Layout): { rows: TableSchema; rejects: TableSchema } {
  const column = ({ name, type }: Pick<Layout['columns'][number], 'name' | 'type'>) => ({
    name,
    type: hiveType(type),
  });
  return {
    rows: {
      dataset: layout.name,
      columns: layout.columns.map(column),
      partitionKeys: [...DAY_KEYS, ...layout.partitionBy.map(column)],
    },
    rejects: {
      dataset: rejectsDataset(layout.name),
      columns: REJECT_COLUMNS.map(column),
      partitionKeys: DAY_KEYS,
    },
  };
}
