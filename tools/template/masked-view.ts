import type { Field } from '../../shared/layout/field.ts';
import { columnSchemas, hiveColumns } from '../../shared/parquet/schema.ts';
import { DAY_KEYS } from '../../shared/pipeline/store/table-schemas.ts';
import { athenaView } from './athena-view.ts';

/**
 * Columns that identify a person. They are left out, or show only their last two characters: enough to tell two documents apart on a
 * screen, too little to find the person.
 */
const PERSONAL: Record<string, 'left-out' | 'last-two'> = {
  nome_cliente: 'left-out',
  cpf_cnpj: 'left-out',
  cpf_cnpj_clean: 'last-two',
};

/** The view `<dataset>_masked`; undefined if the dataset has no personal columns. */
export function maskedView(
  dataset: string,
  columns: readonly Field[],
  database: string,
): Record<string, unknown> | undefined {
  const all = [...hiveColumns(columnSchemas(columns)), ...DAY_KEYS];
  if (!all.some(({ name }) => name in PERSONAL)) return undefined;
  const shown = all.filter(({ name }) => PERSONAL[name] !== 'left-out');
  const selected = shown.map(({ name }) =>
    PERSONAL[name] === 'last-two'
      ? `concat('***', substr(${name}, greatest(length(${name}) - 1, 1))) AS ${name}`
      : name,
  );
  return athenaView({
    name: `${dataset}_masked`,
    description: `${dataset} without names, and without CPF and CNPJ except for their last two characters`,
    database,
    columns: shown,
    sql: `SELECT ${selected.join(', ')} FROM ${dataset}`,
  });
}
