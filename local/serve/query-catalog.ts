import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mapping, readMapping } from '../../shared/ask/mapping.ts';
import { type NamedQuery, readNamedQuery } from '../../shared/ask/named-query.ts';
import { UsageError } from '../../shared/errors.ts';
import { analyticsDir, queriesDir } from '../adapters/project-folders.ts';

/** The named queries of the project: those of docs/queries and of analytics/queries, by name. */
export async function namedQueries(): Promise<Map<string, NamedQuery>> {
  const folders = [queriesDir, join(analyticsDir, 'queries')];
  const found = await Promise.all(folders.map(queriesIn));
  return new Map(found.flat().map((query) => [query.name, query]));
}

async function queriesIn(folder: string): Promise<NamedQuery[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(folder, file), 'utf8');
      return readNamedQuery(file.slice(0, -'.sql'.length), await withParts(text));
    }),
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
  if (file !== undefined) return readMapping(await text(file), file);
  const folder = join(analyticsDir, 'mappings');
  for (const name of (await readdir(folder)).filter((one) => one.endsWith('.json')).sort()) {
    const mapping = readMapping(await readFile(join(folder, name), 'utf8'), `analytics/mappings/${name}`);
    if (tables.includes(mapping.table)) return mapping;
  }
  return undefined;
}

async function text(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: Error) => {
    throw new UsageError({ what: 'the mapping cannot be read', where: file, why: cause.message, cause });
  });
}
