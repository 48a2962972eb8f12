import * as z from 'zod';
import { UsageError } from '../../shared/errors.ts';

/** What a statement reads, as DuckDB's own parser understands it. */
interface StatementReads {
  /** Tables, as they are written, without those that the statement itself makes (`WITH`). */
  tables: { schema: string; name: string }[];
  /** Functions in the place of tables. */
  tableFunctions: string[];
}

const serialized = z.discriminatedUnion('error', [
  z.looseObject({ error: z.literal(false), statements: z.array(z.unknown()) }),
  z.looseObject({ error: z.literal(true), error_message: z.string(), error_type: z.string() }),
]);

/** What `json_serialize_sql` of a text says. Fails with `UsageError` for several statements, and for any but a SELECT. */
export function statementReads(json: string): StatementReads {
  const parsed = serialized.parse(JSON.parse(json));
  if (parsed.error) throw refused(parsed.error_message);
  if (parsed.statements.length !== 1)
    throw refused(`it has ${parsed.statements.length} statements instead of one`);
  const reads: StatementReads = { tables: [], tableFunctions: [] };
  collect(parsed.statements[0], new Set(), reads);
  return reads;
}

function refused(why: string): UsageError {
  return new UsageError({
    what: 'the SQL is not one statement that only reads',
    why,
    next: 'Ask with one SELECT …, or WITH … SELECT ….',
  });
}

/** Walks a part of the tree; `made` are the names that statements around it make. */
function collect(part: unknown, made: ReadonlySet<string>, reads: StatementReads): void {
  if (Array.isArray(part)) for (const one of part) collect(one, made, reads);
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return;
  const node = part as Record<string, unknown>;
  const names = new Set([...made, ...namesMade(node.cte_map)]);
  if (node.type === 'BASE_TABLE') {
    const [schema, name] = [String(node.schema_name ?? ''), String(node.table_name ?? '')];
    const catalog = String(node.catalog_name ?? '');
    if (schema !== '' || catalog !== '' || !names.has(name.toLowerCase()))
      reads.tables.push({ schema: [catalog, schema].filter((text) => text !== '').join('.'), name });
  }
  if (node.type === 'TABLE_FUNCTION') {
    const { function_name: name } = Object(node.function) as { function_name?: unknown };
    reads.tableFunctions.push(String(name ?? ''));
  }
  for (const child of Object.values(node)) collect(child, names, reads);
}

/** A name counts as made only within the statement that makes it; its own definition may read a table of that name. */
function namesMade(cteMap: unknown): string[] {
  const { map } = Object(cteMap) as { map?: unknown };
  return Array.isArray(map) ? map.map((entry) => String(Object(entry).key).toLowerCase()) : [];
}
