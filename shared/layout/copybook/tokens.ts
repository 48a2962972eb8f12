import { copybookInvalid, type Place } from './copybook-invalid.ts';
import { placeOf, type SourceLine } from './source-lines.ts';

/** Second pass: words, literals and the periods that end entries, each with its place. */
export interface Token extends Place {
  kind: 'word' | 'literal' | 'period';
  /** As written; a literal has its quotes and prefix. */
  text: string;
}

const LITERAL_START = /^(?:NX|[XNZGBU])?(["'])/i;

/**
 * A period, comma or semicolon separates only before a blank or the end of a line: `ZZ,ZZ9.99.` is one picture and
 * a period. Fails with `LayoutInvalid` for a literal without an end.
 */
export function tokensOf(lines: SourceLine[], file: string): Token[] {
  const tokens: Token[] = [];
  for (const line of lines) {
    const { text } = line;
    let at = 0;
    while (at < text.length) {
      const character = text.charAt(at);
      if (isBlank(character) || (/[,;]/.test(character) && endsWord(text, at + 1))) at++;
      else if (character === '.' && endsWord(text, at + 1)) {
        tokens.push({ kind: 'period', text: '.', ...placeOf(line, at) });
        at++;
      } else {
        const end = LITERAL_START.test(text.slice(at, at + 3))
          ? literalEnd(line, at, file)
          : wordEnd(text, at);
        const kind = /["']/.test(text.charAt(end - 1)) ? 'literal' : 'word';
        tokens.push({ kind, text: text.slice(at, end), ...placeOf(line, at) });
        at = end;
      }
    }
  }
  return tokens;
}

function wordEnd(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && !isBlank(text[end]) && !/["']/.test(text.charAt(end))) end++;
  if (endsWord(text, end) && end > start + 1 && /[.,;]/.test(text.charAt(end - 1))) end--;
  return end;
}

function literalEnd(line: SourceLine, start: number, file: string): number {
  const { text } = line;
  const quoteAt = start + text.slice(start).search(/["']/);
  const quote = text.charAt(quoteAt);
  for (let at = quoteAt + 1; at < text.length; at++) {
    if (text[at] !== quote) continue;
    // A doubled quote is one quote of the literal.
    if (text[at + 1] === quote) at++;
    else return at + 1;
  }
  throw copybookInvalid(file, placeOf(line, start), {
    found: `the literal ${text.slice(start, start + 20)} has no end`,
    expected: `a closing ${quote} on this line or a continuation of it`,
    next: 'In the fixed format, text after column 72 is not read.',
  });
}

function endsWord(text: string, at: number): boolean {
  return at >= text.length || isBlank(text[at]);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\f' || character === '\u00a0';
}
