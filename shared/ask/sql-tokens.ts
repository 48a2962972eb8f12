import { UsageError } from '../errors.ts';

/** A piece of a SQL text, as it stands there; comments and the space between pieces are no tokens. */
export interface SqlToken {
  kind: 'word' | 'quoted-name' | 'text' | 'number' | 'parameter' | 'operator' | 'mark';
  text: string;
}

/**
 * One token at the place where it is tried. What Trino and DuckDB would cut in two ways is not here, and is refused: `E'…'`, `U&'…'`, `$$…$$`,
 * and a comment within a comment.
 *
 *     SELECT "a""b", 'it''s', 1.5e3, :day FROM t -- why
 *     word   name    text     number parameter   (no token)
 */
const TOKENS: readonly (readonly [SqlToken['kind'] | 'space', RegExp])[] = [
  ['space', /\s+|--[^\r\n]*|\/\*(?:(?!\/\*|\*\/)[\s\S])*\*\//y],
  ['text', /'(?:[^']|'')*'/y],
  ['quoted-name', /"(?:[^"]|"")+"/y],
  ['number', /(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_$])/uy],
  ['word', /[\p{L}_][\p{L}\p{M}\p{N}_$]*/uy],
  ['operator', /::/y],
  ['parameter', /:[A-Za-z_]\w*/y],
  ['mark', /[()[\]{},;.]/y],
  ['operator', /:|(?:(?!--|\/\*)[-+*/<>=~!@%^&|?#])+/y],
];

/** The longest text that is looked at: Athena takes 262,144 bytes (https://docs.aws.amazon.com/athena/latest/ug/service-limits.html). */
const MOST_CHARACTERS = 100_000;

/** The tokens of a SQL text. Fails with `UsageError` for what is no token, or could be read in two ways. */
export function sqlTokens(sql: string): SqlToken[] {
  if (sql.length > MOST_CHARACTERS)
    throw unreadable(`it has ${sql.length} characters, and ${MOST_CHARACTERS} are the most`);
  const tokens: SqlToken[] = [];
  let isApart = true;
  for (let at = 0; at < sql.length; ) {
    const [kind, text] = tokenAt(sql, at);
    const before = tokens.at(-1);
    if (kind === 'text' && before?.kind === 'word' && !isApart)
      throw unreadable(`${before.text}'…' means something else to each engine; write a plain text: '…'`);
    if (kind === 'text' && !isApart && before?.text.endsWith('&'))
      throw unreadable("U&'…' is read by one engine only; write the characters themselves");
    isApart = kind === 'space';
    if (kind !== 'space') tokens.push({ kind, text });
    at += text.length;
  }
  return tokens;
}

function tokenAt(sql: string, at: number): readonly [SqlToken['kind'] | 'space', string] {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text) return [kind, text];
  }
  const place = `at character ${at + 1}`;
  if (sql.startsWith('/*', at)) throw unreadable(`the comment ${place} has no end, or holds another one`);
  if (sql[at] === "'") throw unreadable(`the text ${place} has no end`);
  if (sql[at] === '"') throw unreadable(`the name ${place} has no end, or is empty`);
  throw unreadable(`no token of both engines begins ${place}`);
}

function unreadable(why: string): UsageError {
  return new UsageError({
    what: 'the SQL cannot be read',
    why,
    next: 'Correct the SQL; the service takes what Trino and DuckDB read in the same way.',
  });
}
