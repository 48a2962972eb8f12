import { UsageError } from '../errors.ts';
import { type SqlToken, sqlTokens } from './sql-tokens.ts';
import { wordOf } from './sql-word.ts';
import { unsteadyWords } from './unsteady-words.ts';

/** A statement in the form that is run: two texts of one form run as one text, and so have one answer. */
export interface NormalSql {
  text: string;
  /** Every name in it, in lower case: of tables and columns, and keywords too. */
  words: ReadonlySet<string>;
  /** Words whose value is not that of the tables alone: clocks, chance, what the engine says of itself. */
  unsteady: string[];
}

/** A value as SQL writes it. */
export type SqlLiteral = string;

/** Reserved by both engines, so that they can be no column's name, whose letters an answer would show. */
const RESERVED = new Set(
  [
    'select from where group having order with and or not as on join union except intersect distinct',
    'case when then else end in is like between exists cast null true false using',
  ]
    .join(' ')
    .split(' '),
);

/** Statements that may begin so only read. The engine's own word on it comes later. */
const BEGINNINGS = new Set(['select', 'with', '(']);

/**
 * The one statement of a text: without comments, with single spaces and its parameters filled in. `literals` has each parameter's value as SQL
 * writes it. Fails with `UsageError` for no statement or several, for one that does more than read, and for a parameter without a value.
 */
export function normalSql(sql: string, literals: ReadonlyMap<string, SqlLiteral> = new Map()): NormalSql {
  const tokens = withValues(withoutEnd(sqlTokens(sql)), literals);
  const first = tokens[0]?.text.toLowerCase();
  if (first === undefined) throw wrong('there is no statement in the SQL', 'Give one beside the comments.');
  if (tokens.some(({ text }) => text === ';'))
    throw wrong('the SQL has several statements', 'Ask for each of them by itself.');
  if (!BEGINNINGS.has(first))
    throw wrong(
      `a statement that begins with ${first} is not answered`,
      'The service only reads: SELECT …, or WITH … SELECT ….',
    );
  const words = new Set(tokens.flatMap(wordOf));
  return { text: textOf(tokens), words, unsteady: unsteadyWords(words) };
}

function withoutEnd(tokens: SqlToken[]): SqlToken[] {
  const last = tokens.findLastIndex(({ text }) => text !== ';');
  return tokens.slice(0, last + 1);
}

function withValues(tokens: SqlToken[], literals: ReadonlyMap<string, SqlLiteral>): SqlToken[] {
  return tokens.flatMap((token) => {
    if (token.kind !== 'parameter') return token;
    const literal = literals.get(token.text.slice(1));
    if (literal !== undefined) return sqlTokens(literal);
    throw wrong(
      `the parameter ${token.text} has no value`,
      `Give it in params: { "${token.text.slice(1)}": … }.`,
    );
  });
}

/** Depends on the tokens alone. */
function textOf(tokens: readonly SqlToken[]): string {
  let out = '';
  let before = '';
  for (const { kind, text } of tokens) {
    const isReserved = kind === 'word' && RESERVED.has(text.toLowerCase());
    const shown = isReserved ? text.toUpperCase() : text;
    const isTight = before === '' || '(.'.includes(before) || '),.'.includes(text);
    out += isTight && !needsSpace(out, text) ? shown : ` ${shown}`;
    before = text;
  }
  return out;
}

/** `1 .5` and `t .1` must not become another number or name. */
function needsSpace(out: string, text: string): boolean {
  return (text === '.' && /[\d.]$/.test(out)) || (out.endsWith('.') && /^[\d.]/.test(text));
}

function wrong(what: string, next: string): UsageError {
  return new UsageError({ what, next });
}
