import type { TableSchema } from '../../day/day-commit.ts';
import { rejectsDataset } from '../../keys/lake-keys.ts';
import { datasetsOf, type Layout } from '../../layout/layout.ts';
import { REJECT_COLUMNS } from '../../parquet/reject-columns.ts';
import { columnSchemas, hiveColumns } from '../../parquet/schema.ts';
import type { CatalogColumn } from '../../ports/catalog.ts';

/** The columns that every table is partitioned by first. */
export const DAY_KEYS: CatalogColumn[] = ['year', 'month', 'day'].map((name) => ({ name, type: 'string' }));

/** The tables that the files of a layout fill: its datasets, and the rejects of them all. */
export function tableSchemas(layout: Layout): { rows: TableSchema[]; rejects: TableSchema } {
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
