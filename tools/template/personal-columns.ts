import type { Field } from '../../shared/layout/field.ts';
import { columnSchemas, hiveColumns } from '../../shared/parquet/schema.ts';
import { DAY_KEYS } from '../../shared/pipeline/store/table-schemas.ts';
import type { CatalogColumn } from '../../shared/ports/catalog.ts';

/** A column of a table, and what is shown of it to those who must not see the person. */
export interface ShownColumn extends CatalogColumn {
  shown: 'whole' | 'last-two' | 'left-out';
}

/** The columns of a dataset's table, those of the business date included, with what the layout says of each (`personal`). */
export function shownColumns(columns: readonly Field[]): ShownColumn[] {
  const inTable = [...hiveColumns(columnSchemas(columns)), ...DAY_KEYS];
  return inTable.map((column) => ({ ...column, shown: shownOf(column.name, columns) }));
}

/** Does the layout say of at least one field whether it is about a person? If not, nobody has looked, and the table stays closed. */
export function saysWhatIsPersonal(columns: readonly Field[]): boolean {
  return columns.some(({ personal }) => personal !== undefined);
}

function shownOf(name: string, columns: readonly Field[]): ShownColumn['shown'] {
  const said = columns
    .filter((field) => (field.list ? field.list.name : field.name) === name)
    .map((field) => (field.list && field.personal === 'last-two' ? 'left-out' : field.personal));
  if (said.includes('left-out')) return 'left-out';
  return said.includes('last-two') ? 'last-two' : 'whole';
}
