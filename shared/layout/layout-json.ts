import { evaluate, parse } from '@humanwhocodes/momoa';
import { LayoutInvalid } from '../errors.ts';

/** Far from what the stack of a recursive parser can hold, and deeper than any layout. */
const MOST_BRACKETS = 500;

/** JSON as people keep it: with comments and commas after the last one of a list. Fails with `LayoutInvalid` that names line and column. */
export function parseLayoutText(text: string, file: string): unknown {
  const content = withoutMark(text);
  try {
    return JSON.parse(content);
  } catch {
    return evaluate(layoutTree(content, file));
  }
}

/** The same layout as plain JSON, as every later step reads it; a text that is JSON already stays as it is. */
export function plainLayoutText(text: string, file: string): string {
  const content = withoutMark(text);
  try {
    JSON.parse(content);
    return content;
  } catch {
    return JSON.stringify(parseLayoutText(content, file), null, 1);
  }
}

/** The layout with the place of each of its parts. Fails with `LayoutInvalid`. */
export function layoutTree(text: string, file: string) {
  try {
    requireShallow(text);
    return parse(text, { mode: 'jsonc', allowTrailingCommas: true });
  } catch (cause) {
    const { line, column, message } = cause as Error & { line?: number; column?: number };
    const place = line === undefined ? file : `${file}:${line}:${column}`;
    throw new LayoutInvalid({
      what: 'the layout file is not valid JSON',
      where: place,
      why: text.includes('\0')
        ? 'It has bytes of zero: its text is UTF-16, or it is no text'
        : message.replace(/\.? ?\(\d+:\d+\)$/, ''),
      next: 'Correct the place it names; comments and a comma after the last value are allowed, single quotes and keys without quotes are not.',
      cause,
    });
  }
}

/** Some editors write a byte order mark first. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function requireShallow(text: string): void {
  let depth = 0;
  for (const character of text) {
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth > MOST_BRACKETS) throw new Error('It is nested deeper than any layout');
  }
}
