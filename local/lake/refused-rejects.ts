import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dayPartition } from '../../shared/keys/business-date.ts';
import { rejectsDataset } from '../../shared/keys/lake-keys.ts';
import { runKeys } from '../../shared/keys/run-keys.ts';
import { REJECT_COLUMNS } from '../../shared/parquet/reject-columns.ts';
import { hiveColumns } from '../../shared/parquet/schema.ts';
import { DAY_KEYS } from '../../shared/pipeline/store/table-schemas.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { isCode, unreadable } from '../adapters/file-error.ts';
import type { LedgerEntries } from './ledger-tables.ts';

/**
 * The table of rejects of each dataset of which nothing is published: the rejects of its refused files, as long as their runs are kept. Once
 * a day is published the table has the rejects of what is published, and the command `rejects` shows those of refused files.
 */
export async function refusedRejects(
  lakeDir: string,
  ledger: LedgerEntries,
  published: CatalogFile[],
): Promise<CatalogFile[]> {
  const known = new Set(published.map(({ dataset }) => dataset));
  const tables = new Map<string, CatalogFile>();
  const unknown = ledger.layouts.filter((layout) => !known.has(rejectsDataset(layout)));
  const entries = (await Promise.all(unknown.map((layout) => ledger.of(layout)))).flat();
  for (const { dataset, state, run_id: runId, business_date: date } of entries) {
    const name = rejectsDataset(String(dataset));
    if (state !== 'refused' || typeof runId !== 'string' || typeof date !== 'string' || known.has(name))
      continue;
    const folder = `${runKeys(runId).root}rejects/`;
    const files = await parquetIn(join(lakeDir, folder));
    const table: CatalogFile = tables.get(name) ?? {
      dataset: name,
      columns: hiveColumns(REJECT_COLUMNS),
      partitionKeys: DAY_KEYS,
      days: {},
      partitions: [],
    };
    tables.set(name, table);
    // Keys are below processed/, and runs beside it.
    const keys = files.map((file) => `../${folder}${file}`);
    table.partitions.push({ values: dayPartition(date), location: `../${folder}`, files: keys });
  }
  return [...tables.values()];
}

async function parquetIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.parquet')).sort();
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw unreadable(error, folder);
  }
}
