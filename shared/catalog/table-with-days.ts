import { RunInconsistent } from '../errors.ts';
import { manifestsByDay, type ShownFiles } from '../iceberg/day-manifests.ts';
import type { ManifestFile } from '../iceberg/manifest-list.ts';
import type { CatalogColumn, DayPublication, TableColumns } from '../ports/catalog.ts';
import type { WantedTable } from './iceberg-table.ts';
import { keysAfter, planTableChange, type ReaderSkills } from './table-change.ts';
import { columnsOfTable, idsOfTable, notedCommits, shownCommits, type TableState } from './table-state.ts';

/** A publication, or only the columns of a table. */
export type AddedDay = TableColumns & Partial<DayPublication>;

/** The table that holds what it holds and these days too. Fails with `RunInconsistent` if its columns and theirs exclude each other. */
export function tableWithDays(
  { dataset, state, where }: { dataset: string; state: TableState | undefined; where: string },
  added: readonly AddedDay[],
  skills: ReaderSkills,
  nowMs: number,
): Omit<WantedTable, 'changed'> {
  let table = state && columnsOfTable(state.metadata);
  let ids = state ? idsOfTable(state.metadata) : {};
  const dates = state ? [...shownCommits(state).keys()] : [];
  for (const { columns: wanted, partitionKeys, businessDate, fieldIds = {} } of added) {
    const keysOf = businessDate === undefined ? 'layout' : keysAfter(dates, businessDate);
    if (businessDate !== undefined) dates.push(businessDate);
    const united = table
      ? planTableChange(table, { columns: wanted, partitionKeys }, skills, keysOf)
      : { columns: wanted, partitionKeys, problems: [] };
    if (united.problems.length > 0) throw incompatible(where, united.problems.join('; '));
    table = {
      columns: united.columns.map(withoutKnown),
      partitionKeys: united.partitionKeys.map(withoutKnown),
    };
    ids = { ...ids, ...fieldIds };
  }
  const days = added.flatMap(({ businessDate, commit, partitions }) =>
    businessDate === undefined || commit === undefined || !partitions
      ? []
      : [{ businessDate, commit, partitions }],
  );
  return {
    catalog: { dataset, ...(table ?? { columns: [], partitionKeys: [] }) },
    ids,
    properties: notedCommits(state?.metadata, days),
    nowMs,
  };
}

/** The metadata does not record that files are narrower: its readers accept only types that they promote themselves. */
function withoutKnown({
  hasNarrowerFiles: _narrower,
  areNarrowerPromoted: _promoted,
  ...column
}: CatalogColumn): CatalogColumn {
  return column;
}

/** The change that a publication is; none if the day has no files, and had none. */
export function changesOf(
  { businessDate, commit, partitions }: DayPublication,
  listed: ManifestFile[],
): ShownFiles[] {
  const files = partitions.filter((partition) => partition.files.length > 0);
  if (files.length === 0 && !manifestsByDay(listed).has(businessDate)) return [];
  return [{ businessDate, commit, partitions: files }];
}

function incompatible(where: string, why: string): RunInconsistent {
  return new RunInconsistent({
    what: 'the layout does not fit what is published under its name',
    where,
    why,
    next: 'Give the changed layout another name, or drop the table and publish its days again.',
  });
}
