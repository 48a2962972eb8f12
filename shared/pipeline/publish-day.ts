import { holdsExactly, planDayCommit, type TableSchema } from '../control/day-commit.ts';
import type { LedgerEntry } from '../control/ledger-entry.ts';
import { PreconditionFailed } from '../errors.ts';
import { dayCommitKey, rejectsDataset } from '../keys/lake-keys.ts';
import { datasetsOf, type Layout } from '../layout/layout.ts';
import { columnSchemas, hiveColumns } from '../parquet/schema.ts';
import type { CatalogColumn } from '../ports/catalog.ts';
import { dayEntries, lastCommit } from './day-ledger.ts';
import { driveCommit } from './drive-commit.ts';
import { toJsonBytes } from './json-object.ts';
import type { PipelinePorts } from './pipeline-ports.ts';
import { REJECT_COLUMNS } from './reject-writer.ts';

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
): Promise<DayOutcome> {
  for (let tries = 1; ; tries++) {
    const known = await dayEntries(ports.lake, layout.name, businessDate);
    const entries = known.filter((entry) => entry.loaded !== undefined);
    const last = await lastCommit(ports.lake, layout.name, businessDate);
    if (holdsExactly(last, entries)) {
      await driveCommit(ports, last!);
      return { published: true, commit: last!.commit };
    }
    const waitingFor = missingFiles(ports.settings.expectedFiles, entries);
    if (waitingFor) return { published: last !== undefined, commit: last?.commit, waitingFor };
    const committedAt = ports.clock.now().toISOString();
    const next = (last?.commit ?? 0) + 1;
    const commit = planDayCommit(
      layout.name,
      next,
      businessDate,
      committedAt,
      entries,
      tableSchemas(layout),
      last,
    );
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

function tableSchemas(layout: Layout): { rows: TableSchema[]; rejects: TableSchema } {
  return {
    rows: datasetsOf(layout).map(({ name, columns, partitionBy }) => ({
      dataset: name,
      columns: hiveColumns(columnSchemas(columns)),
      partitionKeys: [...DAY_KEYS, ...hiveColumns(columnSchemas(partitionBy))],
    })),
    rejects: {
      dataset: rejectsDataset(layout.name),
      columns: hiveColumns(REJECT_COLUMNS),
      partitionKeys: DAY_KEYS,
    },
  };
}
