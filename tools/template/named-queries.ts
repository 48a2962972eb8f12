import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { queriesDir } from '../../local/adapters/project-folders.ts';
import { daysDataset } from '../../shared/keys/lake-keys.ts';
import { datasetsOf } from '../../shared/layout/layout.ts';
import type { TemplateSlice } from './lake-tables.ts';
import { logicalName, projectLayouts, type VariableContext } from './project-layouts.ts';

/** The analysts' questions of docs/queries, saved in the workgroup; without those of tables that no layout makes. */
export async function namedQueries({ resolveVariable }: VariableContext): Promise<TemplateSlice> {
  const timeZone = String(await resolveVariable('self:custom.stage.timeZone'));
  const tables = (await projectLayouts()).flatMap(({ layout }) => [
    ...datasetsOf(layout).map(({ name }) => name),
    daysDataset(layout.name),
  ]);
  const files = (await readdir(queriesDir)).filter((file) => file.endsWith('.sql')).sort();
  const Resources: Record<string, unknown> = {};
  for (const file of files) {
    const name = file.slice(0, -'.sql'.length);
    const sql = await readFile(join(queriesDir, file), 'utf8');
    if (!asksOnly(sql, [...tables, 'ledger'])) continue;
    Resources[`${logicalName(name)}Query`] = namedQuery(name, sql, timeZone);
  }
  return { Resources };
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
function namedQuery(name: string, sql: string, timeZone: string): Record<string, unknown> {
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
      WorkGroup: { Ref: 'AthenaWorkgroup' },
      QueryString: `-- For another night, write 'yyyy-MM-dd' instead of ${lastNight}.\n${sql.replaceAll("'${business_date}'", lastNight)}`,
    },
  };
}
