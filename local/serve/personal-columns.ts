import { grantOf, type Role, type Roles } from '../../shared/ask/grant.ts';
import { PipelineError } from '../../shared/errors.ts';
import { tableOwnerKey } from '../../shared/keys/lake-keys.ts';
import { findJson } from '../../shared/pipeline/store/json-object.ts';
import { readDayLayout } from '../../shared/pipeline/store/kept-terms.ts';
import { tableOwnerShape } from '../../shared/pipeline/store/table-owner.ts';
import type { PublishedTables } from '../../shared/ports/query-engine.ts';
import { createFileObjectStore } from '../adapters/file-object-store.ts';

/**
 * What roles still see of people, a line for each role and table: a role that hides some columns of a table is meant to hide people, and a
 * layout may have the same bytes in two columns. Says nothing of a table whose layout cannot be read.
 */
export async function seenPersonal(
  lakeDir: string,
  roles: Roles,
  published: PublishedTables,
): Promise<string[]> {
  const told: string[] = [];
  for (const [name, role] of Object.entries(roles)) {
    const seenTables = grantOf(name, role, published).tables;
    for (const [table, hidden] of hiddenColumns(role)) {
      const seen = seenTables?.get(table) ?? [];
      const personal = await personalColumns(lakeDir, table, published);
      const left = personal.filter((column) => seen.includes(column));
      if (left.length > 0)
        told.push(
          `the role ${name} hides ${hidden.join(', ')} of ${table}, but sees ${left.join(', ')}, which the layout marks as personal`,
        );
    }
  }
  return told;
}

function hiddenColumns({ tables }: Role): [table: string, hidden: string[]][] {
  if (tables === 'all') return [];
  return Object.entries(tables).flatMap(([table, columns]): [string, string[]][] =>
    columns !== 'all' && 'except' in columns ? [[table, columns.except]] : [],
  );
}

async function personalColumns(
  lakeDir: string,
  table: string,
  published: PublishedTables,
): Promise<string[]> {
  const lake = createFileObjectStore({ rootDir: lakeDir, sync: false });
  const lastDay = Object.keys(published.get(table)?.days ?? {})
    .sort()
    .at(-1);
  if (lastDay === undefined) return [];
  try {
    const owner = await findJson(lake, tableOwnerKey(table), tableOwnerShape);
    const { recordTypes } = await readDayLayout(lake, owner?.layout ?? table, lastDay);
    const fields = recordTypes
      .flatMap(({ datasets }) => datasets)
      .filter(({ name }) => name === table)
      .flatMap((dataset) => dataset.fields);
    const personal = fields.filter((field) => field.personal === 'left-out' || field.personal === 'last-two');
    return [...new Set(personal.map(({ name, list }) => list?.name ?? name))];
  } catch (error) {
    if (error instanceof PipelineError) return [];
    throw error;
  }
}
