import { commitFacts } from '../../day/commit-facts.ts';
import type { DayCommit } from '../../day/day-commit.ts';
import { dayPartition } from '../../keys/business-date.ts';
import { daysDataset, generationLocation } from '../../keys/lake-keys.ts';
import { type OneValue, oneRowFile } from '../../parquet/one-row-file.ts';
import { hiveColumns, withFieldIds } from '../../parquet/schema.ts';
import type { CatalogColumn, DayPublication } from '../../ports/catalog.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { lastReadableCommit } from '../store/day-commits.ts';
import { ledgerDays, unlessBlank } from '../store/day-ledger.ts';
import { claimFieldIds } from '../store/field-ids.ts';
import { inParallel } from '../store/in-parallel.ts';
import { DAY_KEYS } from '../store/table-schemas.ts';

const PARALLEL_DAYS = 16;
const MS_PER_DAY = 86_400_000;
const MICROS_PER_MS = 1000n;

/** The columns of `<dataset>_days`, which has one row for each published day, and what they say of a commit. */
const COLUMNS: { column: OneValue['column']; of: (commit: DayCommit) => bigint }[] = [
  {
    column: { name: 'business_date', type: { kind: 'date' } },
    of: ({ businessDate }) => BigInt(Date.parse(`${businessDate}T00:00:00Z`) / MS_PER_DAY),
  },
  { column: { name: 'commit', type: { kind: 'integer' } }, of: ({ commit }) => BigInt(commit) },
  {
    // In UTC.
    column: { name: 'published_at', type: { kind: 'timestamp' } },
    of: ({ committedAt }) => BigInt(Date.parse(committedAt)) * MICROS_PER_MS,
  },
  { column: { name: 'files', type: { kind: 'integer' } }, of: ({ files }) => BigInt(files.length) },
  {
    column: { name: 'rows', type: { kind: 'integer' } },
    of: ({ files }) => BigInt(files.reduce((sum, { rows }) => sum + rows, 0)),
  },
  {
    column: { name: 'rejected_rows', type: { kind: 'integer' } },
    of: ({ files }) => BigInt(files.reduce((sum, { rejectedRows }) => sum + rejectedRows, 0)),
  },
];

export const DAY_ROW_COLUMNS: CatalogColumn[] = hiveColumns(COLUMNS.map(({ column }) => column));

type Numbered = Pick<DayCommit, 'dataset' | 'businessDate' | 'commit'>;

/** The publication of a day's row. */
export function dayRowPublication({ dataset, businessDate, commit }: Numbered): DayPublication {
  const table = daysDataset(dataset);
  const location = generationLocation(table, businessDate, {}, commit);
  return {
    dataset: table,
    columns: DAY_ROW_COLUMNS,
    partitionKeys: DAY_KEYS,
    businessDate,
    commit,
    partitions: [{ values: dayPartition(businessDate), location, files: [`${location}day.parquet`] }],
  };
}

type RowPorts = Pick<PipelinePorts, 'lake' | 'catalog' | 'publishedPrefix'>;

/** Shows readers the row of a commit; those of all days if they have no such table, because an earlier version kept none. */
export async function showDayRow(ports: RowPorts, commit: DayCommit): Promise<void> {
  const { lake, catalog } = ports;
  const table = daysDataset(commit.dataset);
  const days = (await catalog.tableOf(table)) ? [] : await publishedDays(lake, commit.dataset);
  if (days.every((date) => date === commit.businessDate)) {
    await catalog.publishDay({ ...(await writeDayRow(ports, commit)), facts: commitFacts(commit) });
    return;
  }
  const rows = await inParallel(days, PARALLEL_DAYS, async (date) => {
    const last = unlessBlank((await lastReadableCommit(lake, commit.dataset, date))?.value);
    return last ? [await writeDayRow(ports, last)] : [];
  });
  await catalog.restore(table, rows.flat());
}

async function publishedDays(lake: ObjectStore, dataset: string): Promise<string[]> {
  return [...((await ledgerDays(lake, dataset)).get(dataset) ?? [])].sort();
}

/**
 * Writes the row of a commit where no reader sees it yet, and answers with its publication: for catalogs that have the table, after all others
 * of the day.
 */
export async function writeDayRow(
  { lake, catalog, publishedPrefix }: RowPorts,
  commit: DayCommit,
): Promise<DayPublication> {
  const publication = dayRowPublication(commit);
  const { dataset, partitions } = publication;
  const fieldIds = await claimFieldIds(lake, dataset, publication, () => catalog.fieldIdsOf(dataset));
  const columns = withFieldIds(
    COLUMNS.map(({ column }) => column),
    fieldIds,
  );
  const values = COLUMNS.map(({ column, of }, index) => ({
    column: { ...column, fieldId: columns[index]?.fieldId },
    value: of(commit),
  }));
  const bytes = oneRowFile(values);
  for (const key of partitions.flatMap(({ files }) => files.map((file) => `${publishedPrefix}${file}`)))
    if ((await lake.head(key))?.sizeBytes !== bytes.length) await lake.put(key, bytes);
  return { ...publication, fieldIds };
}
