import type { TableSchema } from '../../day/day-commit.ts';
import { rejectsDataset } from '../../keys/lake-keys.ts';
import { datasetsOf, type Layout } from '../../layout/layout.ts';
import { columnSchemas, hiveColumns } from '../../parquet/schema.ts';
import { REJECT_COLUMNS } from '../parse/reject-writer.ts';
import { DAY_KEYS } from './day-row.ts';

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
