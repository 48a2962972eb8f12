import type { Field } from '../../shared/layout/field.ts';
import { athenaView } from './athena-view.ts';
import { shownColumns } from './personal-columns.ts';

/**
 * The view `<dataset>_masked`: without personal columns, or with the last two characters of a text, which are enough to tell two
 * documents apart on a screen and too little to find the person. Undefined if the dataset has no personal columns.
 */
export function maskedView(
  dataset: string,
  columns: readonly Field[],
  database: string,
): Record<string, unknown> | undefined {
  const all = shownColumns(columns);
  if (all.every(({ shown }) => shown === 'whole')) return undefined;
  const kept = all.filter(({ shown }) => shown !== 'left-out');
  const selected = kept.map(({ name, shown }) =>
    shown === 'last-two'
      ? `concat('***', substr(${name}, greatest(length(${name}) - 1, 1))) AS ${name}`
      : name,
  );
  return athenaView({
    name: maskedName(dataset),
    description: `${dataset} without what its layout calls personal`,
    database,
    columns: kept.map(({ name, type }) => ({ name, type })),
    sql: `SELECT ${selected.join(', ')} FROM ${dataset}`,
  });
}

export function maskedName(dataset: string): string {
  return `${dataset}_masked`;
}
