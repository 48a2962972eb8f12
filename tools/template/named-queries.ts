import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { queriesDir } from '../../local/adapters/project-folders.ts';
import { daysDataset } from '../../shared/keys/lake-keys.ts';
import { datasetsOf } from '../../shared/layout/layout.ts';
import { analyticsQueries } from './analytics-queries.ts';
import type { TemplateSlice } from './lake-tables.ts';
import { shownColumns } from './personal-columns.ts';
import { logicalName, projectLayouts, type VariableContext } from './project-layouts.ts';
import { askingPeople } from './query-access.ts';

/**
 * The questions of docs/queries and of analytics/, saved in the workgroup of each role that asks: without those of tables that no layout makes, and of columns
 * that the role does not see.
 */
export async function namedQueries(context: VariableContext): Promise<TemplateSlice> {
  const timeZone = String(await context.resolveVariable('self:custom.stage.timeZone'));
  const people = await askingPeople(context);
  const layouts = await projectLayouts();
  const personal = layouts.flatMap(({ layout }) =>
    datasetsOf(layout).flatMap(({ columns }) =>
      shownColumns(columns).flatMap(({ name, shown }) => (shown === 'whole' ? [] : [name])),
    ),
  );
  const tables = layouts.flatMap(({ layout }) => [
    ...datasetsOf(layout).map(({ name }) => name),
    daysDataset(layout.name),
  ]);
  const files = (await readdir(queriesDir)).filter((file) => file.endsWith('.sql')).sort();
  const Resources: Record<string, unknown> = {};
  const questions = [
    ...(await textsOf(files)),
    ...(await analyticsQueries(layouts.map(({ layout }) => layout))),
  ];
  for (const { name, sql } of questions) {
    if (!asksOnly(sql, [...tables, 'ledger'])) continue;
    for (const { name: audience, workgroup, hidesPeople } of people) {
      if (hidesPeople && namesOneOf(sql, personal)) continue;
      // The analysts' have the shorter id: they were there first.
      const id = workgroup === 'AthenaWorkgroup' ? name : `${name}-of-${audience}`;
      Resources[`${logicalName(id)}Query`] = namedQuery(name, sql, timeZone, workgroup);
    }
  }
  return { Resources };
}

function textsOf(files: string[]): Promise<{ name: string; sql: string }[]> {
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.sql'.length),
      sql: await readFile(join(queriesDir, file), 'utf8'),
    })),
  );
}

/** Does a statement read one of these columns, or all that there are? */
export function namesOneOf(sql: string, columns: readonly string[]): boolean {
  const code = sql.replace(/--.*/g, '').replace(/\bcount\(\*\)/gi, '');
  const words = new Set(code.match(/\w+/g));
  return code.includes('*') || columns.some((column) => words.has(column));
}

/** Are all tables that a statement reads among these, or made by the statement itself (`WITH night AS (…`)? */
function asksOnly(sql: string, tables: readonly string[]): boolean {
  const code = sql.replace(/--.*/g, '');
  const read = Array.from(code.matchAll(/\b(?:FROM|JOIN)\s+([a-z_]\w*)/gi), ([, name = '']) => name);
  const made = Array.from(
    code.matchAll(/\b([a-z_]\w*)\s+AS\s+(?:MATERIALIZED\s+)?\(/gi),
    ([, name = '']) => name,
  );
  return read.every((name) => tables.includes(name) || made.includes(name));
}

/** A saved query. Athena's take no parameters, so the business date is that of last night, where the bank is. */
function namedQuery(name: string, sql: string, timeZone: string, workgroup: string): Record<string, unknown> {
  const asked = /^-- (.*)/.exec(sql)?.[1] ?? name;
  // Athena's current_date is that of UTC.
  const today = `CAST(current_timestamp AT TIME ZONE '${timeZone}' AS date)`;
  const lastNight = `CAST(${today} - INTERVAL '1' DAY AS varchar)`;
  return {
    Type: 'AWS::Athena::NamedQuery',
    Properties: {
      Name: name,
      Description: asked.slice(0, 1024),
      Database: { Ref: 'GlueDatabase' },
      WorkGroup: { Ref: workgroup },
      QueryString: sql.includes("'${business_date}'")
        ? `-- For another night, write 'yyyy-MM-dd' instead of ${lastNight}.\n${sql.replaceAll("'${business_date}'", lastNight)}`
        : sql,
    },
  };
}
