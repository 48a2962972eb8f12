/** A word of a SAS program, with the number of its line, from 1. */
export interface SasToken {
  text: string;
  line: number;
}

/** Statements that an input program has besides INPUT. They read nothing. */
const OTHER_STATEMENTS =
  /^(data|infile|filename|libname|label|format|informat|length|attrib|run|options|title\d?|proc|value|missing|keep|drop|cards|datalines|set|output)$/i;

/**
 * The words of the INPUT statement of a program: of all its statements but those known to read nothing if there is no INPUT, as in
 * bare dictionaries. A statement that begins with `@` continues the statement before it: agencies end lines with a semicolon.
 */
export function inputTokens(text: string): { tokens: SasToken[]; inputs: SasToken[] } {
  const statements = statementsOf(text);
  const inputs = statements.flatMap(([first]) => (first && isInput(first) ? [first] : []));
  const chosen = statements.filter(([first]) => {
    if (!first) return false;
    if (first.text.startsWith('@')) return true;
    return inputs.length > 0 ? isInput(first) : !OTHER_STATEMENTS.test(first.text);
  });
  return {
    tokens: chosen.flatMap(([first, ...rest]) => (isInput(first!) ? rest : [first!, ...rest])),
    inputs,
  };
}

function isInput({ text }: SasToken): boolean {
  return /^input$/i.test(text);
}

function statementsOf(text: string): SasToken[][] {
  const statements: SasToken[][] = [[]];
  for (const [index, line] of withoutComments(text).split('\n').entries()) {
    // Quoted texts, brackets, pointers with their sign, and words.
    for (const [word] of line.matchAll(/"[^"]*"|'[^']*'|[;()/&~:,]|@+|[#+]\s*\d+|[^\s;()/&~:,@]+/g)) {
      if (word === ';') statements.push([]);
      else statements.at(-1)!.push({ text: word.replace(/\s+/g, ''), line: index + 1 });
    }
  }
  // `* a comment;`
  return statements.filter(([first]) => !first?.text.startsWith('*'));
}

/**
 * Blanks in place of comments. One that is not closed before the next begins, or at all, ends with its line: published tables have
 * such, and a comment that swallowed the fields after it would leave them out in silence.
 */
function withoutComments(text: string): string {
  const source = text.replace(/\r\n?/g, '\n');
  let kept = '';
  let at = 0;
  let close = 0;
  for (;;) {
    const open = source.indexOf('/*', at);
    if (open < 0) return kept + source.slice(at);
    const next = source.indexOf('/*', open + 2);
    // Looked for once: each search may go to the end of the text.
    if (close >= 0 && close < open + 2) close = source.indexOf('*/', open + 2);
    const isClosed = close >= 0 && (next < 0 || close < next);
    const lineEnd = source.indexOf('\n', open);
    const end = isClosed ? close + 2 : lineEnd < 0 ? source.length : lineEnd;
    kept += source.slice(at, open) + source.slice(open, end).replace(/[^\n]/g, ' ');
    at = end;
  }
}
