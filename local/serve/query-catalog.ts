import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mapping, readMapping } from '../../shared/ask/mapping.ts';
import type { NamedQuery } from '../../shared/ask/named-query.ts';
import { type QueryTexts, queriesOf } from '../../shared/ask/query-texts.ts';
import { UsageError } from '../../shared/errors.ts';
import { analyticsDir, queriesDir } from '../adapters/project-folders.ts';

/** The texts of the named queries of the project, those of docs/queries and of analytics/queries, and of its mappings. */
export async function queryTexts(): Promise<QueryTexts> {
  const folders = [queriesDir, join(analyticsDir, 'queries')];
  const queries = (await Promise.all(folders.map((folder) => textsIn(folder, '.sql')))).flat();
  const whole = await Promise.all(
    queries.map(async ([name, text]) => [name, await withParts(text)] as const),
  );
  return {
    queries: Object.fromEntries(whole),
    mappings: Object.fromEntries(await textsIn(join(analyticsDir, 'mappings'), '.json')),
  };
}

/** The named queries of the project, by name. */
export async function namedQueries(): Promise<Map<string, NamedQuery>> {
  return queriesOf(await queryTexts()).queries;
}

async function textsIn(folder: string, ending: string): Promise<[name: string, text: string][]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(ending)).sort();
  return Promise.all(
    files.map(
      async (file): Promise<[string, string]> => [
        file.slice(0, -ending.length),
        await readFile(join(folder, file), 'utf8'),
      ],
    ),
  );
}

/** `${include rfv}` → what analytics/parts/rfv.sql has: tables that several queries make. */
async function withParts(text: string): Promise<string> {
  const name = /\$\{include (\w+)\}/.exec(text);
  if (!name) return text;
  const part = await readFile(join(analyticsDir, 'parts', `${name[1]}.sql`), 'utf8');
  return withParts(text.replace(name[0], () => part.trimEnd()));
}

/** The mapping of a file that somebody names, or that of the project for one of these tables. Fails with `UsageError`. */
export async function mappingFor(
  file: string | undefined,
  tables: readonly string[],
): Promise<Mapping | undefined> {
  if (file !== undefined) return readMapping(await textOf(file), file);
  return queriesOf(await queryTexts()).mappings.find(({ table }) => tables.includes(table));
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: Error) => {
    throw new UsageError({ what: 'the mapping cannot be read', where: file, why: cause.message, cause });
  });
}
