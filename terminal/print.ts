import { once } from 'node:events';
import { jsonText, shownText } from '../shared/shown-text.ts';

/**
 * The only place from which commands write to standard output and standard error. Whatever a line holds, names of files and values
 * included, the terminal obeys nothing in it, and it stays one line.
 */

/** Lines for standard output. */
export function say(...lines: string[]): void {
  console.log(lines.map(shownText).join('\n'));
}

/** Lines for standard error. */
export function warn(...lines: string[]): void {
  console.error(lines.map(shownText).join('\n'));
}

/** Rewrites the last line of a terminal's standard error; an empty text clears it. */
export function rewriteLine(text: string): void {
  process.stderr.write(`\r\x1b[K${shownText(text)}`);
}

/** A value for programs: JSON, exact. */
export function sayJson(value: unknown, indent?: number): void {
  console.log(jsonText(value, indent));
}

/** Many lines for standard output; waits for a slow reader. */
export async function sayMany(lines: string[]): Promise<void> {
  const text = lines.map((line) => `${shownText(line)}\n`).join('');
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
