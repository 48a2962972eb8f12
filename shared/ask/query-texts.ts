import * as z from 'zod';
import { type Mapping, readMapping } from './mapping.ts';
import { type NamedQuery, readNamedQuery } from './named-query.ts';

const texts = z.object({
  queries: z.record(z.string(), z.string()),
  mappings: z.record(z.string(), z.string()),
});

/** The named queries and mappings of the project by their names, as texts. */
export type QueryTexts = z.infer<typeof texts>;

/** The queries and mappings that such texts hold. Fails with `UsageError` for one that cannot be read. */
export function queriesOf({ queries, mappings }: QueryTexts): {
  queries: Map<string, NamedQuery>;
  mappings: Mapping[];
} {
  return {
    queries: new Map(Object.entries(queries).map(([name, text]) => [name, readNamedQuery(name, text)])),
    mappings: Object.entries(mappings).map(([name, text]) => readMapping(text, name)),
  };
}

/** The same from the file that a bundle has beside its code. */
export function readQueryTexts(json: string): ReturnType<typeof queriesOf> {
  return queriesOf(texts.parse(JSON.parse(json)));
}
