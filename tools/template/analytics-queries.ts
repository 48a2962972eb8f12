import { mappingFor, namedQueries } from '../../local/serve/query-catalog.ts';
import { latestQuery } from '../../shared/ask/latest-query.ts';
import { datasetsOf, type Layout } from '../../shared/layout/layout.ts';

/** The queries of analytics/ for the table that has a mapping, each as one text that asks for the latest night; none without such a table. */
export async function analyticsQueries(layouts: readonly Layout[]): Promise<{ name: string; sql: string }[]> {
  // The table of days has the name of its layout, and a mapping knows its table alone.
  const tables = layouts.flatMap((layout) => datasetsOf(layout).filter(({ name }) => name === layout.name));
  const mapping = await mappingFor(
    undefined,
    tables.map(({ name }) => name),
  );
  if (!mapping) return [];
  const queries = [...(await namedQueries()).values()].filter(({ isMapped }) => isMapped);
  return queries.map((query) => ({
    name: query.name,
    sql: `-- ${query.title}\n-- docs/analytics defines it.\n${latestQuery(query, mapping).text}`,
  }));
}
