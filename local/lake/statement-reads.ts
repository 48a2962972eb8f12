import * as z from 'zod';
import { UsageError } from '../../shared/errors.ts';

/** What a statement reads, as DuckDB's own parser understands it. */
interface StatementReads {
  /** Tables, as they are written, without those that the statement itself makes (`WITH`). */
  tables: { schema: string; name: string }[];
  /** Functions in the place of tables. */
  tableFunctions: string[];
  /** What tells of the engine and not of tables. */
  unanswered: string[];
}

const serialized = z.discriminatedUnion('error', [
  z.looseObject({ error: z.literal(false), statements: z.array(z.unknown()) }),
  z.looseObject({ error: z.literal(true), error_message: z.string(), error_type: z.string() }),
]);

/** Asks DuckDB for what `statementReads` reads; `$sql` is the text. */
export const READS_OF_SQL = 'SELECT CAST(json_serialize_sql(CAST($sql AS VARCHAR)) AS VARCHAR)';

/** Functions in the place of tables that make rows of their arguments alone. Others read files, or what the engine knows of itself. */
export const HARMLESS: ReadonlySet<string> = new Set([
  'unnest',
  'range',
  'generate_series',
  'repeat',
  'repeat_row',
  'values',
]);

/** What `json_serialize_sql` of a text says. Fails with `UsageError` for several statements, and for any but a SELECT. */
export function statementReads(json: string): StatementReads {
  const parsed = serialized.parse(JSON.parse(json));
  if (parsed.error) throw refused(parsed.error_message);
  if (parsed.statements.length !== 1)
    throw refused(`it has ${parsed.statements.length} statements instead of one`);
  const reads: StatementReads = { tables: [], tableFunctions: [], unanswered: [] };
  collect(parsed.statements[0], reads);
  return reads;
}

function refused(why: string): UsageError {
  return new UsageError({
    what: 'the SQL is not one statement that only reads',
    why,
    next: 'Ask with one SELECT …, or WITH … SELECT ….',
  });
}

interface Part {
  part: unknown;
  /** Names that statements around it make. */
  made: ReadonlySet<string>;
}

/** Walks the tree, however deep it is. */
function collect(statement: unknown, reads: StatementReads): void {
  const open: Part[] = [{ part: statement, made: new Set() }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { part, made } = next;
    if (Array.isArray(part)) open.push(...part.map((one) => ({ part: one, made })));
    else if (typeof part === 'object' && part !== null)
      open.push(...partsOf(part as Record<string, unknown>, made, reads));
  }
}

function partsOf(node: Record<string, unknown>, made: ReadonlySet<string>, reads: StatementReads): Part[] {
  const { parts, names } = definitionsOf(node.cte_map, made);
  note(node, names, reads);
  for (const [key, part] of Object.entries(node)) if (key !== 'cte_map') parts.push({ part, made: names });
  return parts;
}

/**
 * `WITH a AS (…), b AS (…)`: a definition reads the names before it, and its own if it is recursive. Before that, a name is the table of the
 * lake.
 */
function definitionsOf(
  cteMap: unknown,
  made: ReadonlySet<string>,
): { parts: Part[]; names: ReadonlySet<string> } {
  const { map } = Object(cteMap) as { map?: unknown };
  let names = made;
  const parts: Part[] = [];
  for (const entry of Array.isArray(map) ? map : []) {
    const { key, value } = Object(entry) as { key?: unknown; value?: unknown };
    const withOwn = new Set([...names, String(key).toLowerCase()]);
    parts.push({ part: value, made: isRecursive(value) ? withOwn : names });
    names = withOwn;
  }
  return { parts, names };
}

function isRecursive(definition: unknown): boolean {
  const { query } = Object(definition) as { query?: unknown };
  const { node } = Object(query) as { node?: unknown };
  return (Object(node) as { type?: unknown }).type === 'RECURSIVE_CTE_NODE';
}

function note(node: Record<string, unknown>, made: ReadonlySet<string>, reads: StatementReads): void {
  const text = (key: string) => String(node[key] ?? '');
  if (node.type === 'BASE_TABLE') {
    const [schema, name, catalog] = [text('schema_name'), text('table_name'), text('catalog_name')];
    if (schema !== '' || catalog !== '' || !made.has(name.toLowerCase()))
      reads.tables.push({ schema: [catalog, schema].filter((one) => one !== '').join('.'), name });
  }
  // DESCRIBE, SHOW and SUMMARIZE in the place of a table.
  if (node.type === 'SHOW_REF' && node.query === null) reads.unanswered.push('SHOW or DESCRIBE');
  if (node.type === 'TABLE_FUNCTION') {
    const { function_name: name } = Object(node.function) as { function_name?: unknown };
    reads.tableFunctions.push(String(name ?? ''));
  }
  if (node.class === 'FUNCTION' && TELLING.test(text('function_name')))
    reads.unanswered.push(text('function_name'));
}

/** Functions that say what the engine has beside the rows of tables, change it, or hold it up. `pg_typeof` is of a value. */
const TELLING =
  /^(pg_(?!typeof$)|duckdb_|col_description|obj_description|shobj_description|current_setting|getvariable|getenv|json_serialize_plan|write_log|sleep_ms|setseed|nextval|currval)/i;
