import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { queriesDir } from '../../local/adapters/project-folders.ts';
import type { TemplateSlice } from './lake-tables.ts';
import { logicalName } from './project-layouts.ts';

/** The analysts' questions of docs/queries, saved in the workgroup. */
export async function namedQueries(): Promise<TemplateSlice> {
  const files = (await readdir(queriesDir)).filter((file) => file.endsWith('.sql')).sort();
  const resources = await Promise.all(
    files.map(async (file) => {
      const name = file.slice(0, -'.sql'.length);
      return [`${logicalName(name)}Query`, namedQuery(name, await readFile(join(queriesDir, file), 'utf8'))];
    }),
  );
  return { Resources: Object.fromEntries(resources) };
}

/** A saved query. Athena's take no parameters, so the business date is that of last night. */
function namedQuery(name: string, sql: string): Record<string, unknown> {
  const asked = /^-- (.*)/.exec(sql)?.[1] ?? name;
  const lastNight = "CAST(current_date - INTERVAL '1' DAY AS varchar)";
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
