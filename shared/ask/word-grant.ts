import { UsageError } from '../errors.ts';
import type { EngineGrant, PublishedTables } from '../ports/query-engine.ts';
import { type SqlToken, sqlTokens } from './sql-tokens.ts';
import { wordOf } from './sql-word.ts';

/** Ways to columns without their names. */
const WITHOUT_NAMES = ['table', 'natural', 'match_recognize', 'unpivot', 'tables', 'columns'];

/**
 * Holds a statement to a grant by its words alone, for an engine whose own rights know no columns: it refuses more than it must. Fails with
 * `UsageError` for the name of a table or column that is not the role's, wherever it stands, and for all that reads columns without naming them.
 */
export function holdToWords(
  sql: string,
  { tables }: Pick<EngineGrant, 'tables'>,
  published: PublishedTables,
): void {
  if (tables === undefined) return;
  const tokens = sqlTokens(sql);
  const words = new Set(tokens.flatMap(wordOf));
  const foreign = [...published.keys()].find((name) => !tables.has(name) && words.has(name.toLowerCase()));
  if (foreign !== undefined) throw refused(`the table ${foreign} is not one of this role`);
  const catalog = [...words].find(
    (word) => word.includes('$') || word === 'information_schema' || word === 'system',
  );
  if (catalog !== undefined) throw refused(`${catalog} is not answered to this role`);
  const hidden = [...tables].flatMap(([name, seen]) =>
    seen === 'all'
      ? []
      : (published.get(name)?.columns ?? []).filter((column) => !seen.includes(column.name)),
  );
  if (hidden.length === 0) return;
  const named = hidden.find(({ name }) => words.has(name.toLowerCase()));
  if (named) throw refused(`the column ${named.name} is not one of this role`);
  const way = WITHOUT_NAMES.find((word) => words.has(word));
  if (way !== undefined) throw refused(`${way} reads columns without naming them`);
  if (tokens.some((token, index) => isEveryColumn(token, tokens[index - 1], tokens[index - 2])))
    throw refused('* reads columns without naming them');
}

/** `*` after a value is a multiplication, and in `count(*)` no column. */
function isEveryColumn(
  { text }: SqlToken,
  before: SqlToken | undefined,
  beforeThat: SqlToken | undefined,
): boolean {
  if (text !== '*' || before === undefined) return text === '*';
  if (before.text === '(' && beforeThat?.text.toLowerCase() === 'count') return false;
  const isValue = ['number', 'text'].includes(before.kind) || [')', ']'].includes(before.text);
  const isName = ['word', 'quoted-name'].includes(before.kind);
  return !(
    isValue ||
    (isName && !['select', 'all', 'distinct', 'by', 'from'].includes(before.text.toLowerCase()))
  );
}

function refused(why: string): UsageError {
  return new UsageError({
    what: 'this role may not ask that',
    why,
    next: 'Name the columns that the role sees.',
  });
}
