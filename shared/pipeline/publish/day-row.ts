import type { DayCommit } from '../../day/day-commit.ts';
import { dayPartition } from '../../keys/business-date.ts';
import { dayRowLocation, daysDataset } from '../../keys/lake-keys.ts';
import type { CatalogColumn, DayPublication } from '../../ports/catalog.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { toJsonBytes } from '../store/json-object.ts';
import { DAY_KEYS } from '../store/table-schemas.ts';

/** Columns of `<dataset>_days`, which has one row for each published day. */
export const DAY_ROW_COLUMNS: CatalogColumn[] = [
  { name: 'business_date', type: 'date' },
  { name: 'commit', type: 'bigint' },
  { name: 'published_at', type: 'timestamp' },
  { name: 'files', type: 'bigint' },
  { name: 'rows', type: 'bigint' },
  { name: 'rejected_rows', type: 'bigint' },
];

/** The publication of a day's row. The row's object is in the ledger, in a folder of its own that is never changed. */
export function dayRowPublication({ dataset, businessDate, commit }: DayCommit): DayPublication {
  const { location, key } = dayRowObject({ dataset, businessDate, commit });
  return {
    dataset: daysDataset(dataset),
    columns: DAY_ROW_COLUMNS,
    partitionKeys: DAY_KEYS,
    businessDate,
    commit,
    format: 'json',
    partitions: [{ values: dayPartition(businessDate), location, files: [key] }],
  };
}

function dayRowObject(of: Pick<DayCommit, 'dataset' | 'businessDate' | 'commit'>) {
  const location = dayRowLocation(of.dataset, of.businessDate, of.commit);
  return { location, key: `${location}day.json` };
}

/** Tells readers that the day is whole. Call it once all partitions of the day have switched. */
export async function publishDayRow({ lake, catalog }: PipelinePorts, commit: DayCommit): Promise<void> {
  const { businessDate, committedAt, files } = commit;
  const sum = (of: (file: DayCommit['files'][number]) => number) =>
    files.reduce((total, file) => total + of(file), 0);
  const row = {
    business_date: businessDate,
    commit: commit.commit,
    // Hive's form of a timestamp, in UTC.
    published_at: committedAt.replace('T', ' ').replace('Z', ''),
    files: files.length,
    rows: sum(({ rows }) => rows),
    rejected_rows: sum(({ rejectedRows }) => rejectedRows),
  };
  await lake.put(dayRowObject(commit).key, toJsonBytes(row));
  await catalog.publishDay(dayRowPublication(commit));
}
