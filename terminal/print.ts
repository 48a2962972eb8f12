import { once } from 'node:events';
import { styleText } from 'node:util';
import { jsonText, shownText } from '../shared/shown-text.ts';
import { isTaken } from './output.ts';

/**
 * The only place from which commands write to standard output and standard error. Whatever a line holds, names of files and values
 * included, the terminal obeys nothing in it, and it stays one line.
 */

/** What a terminal with colours shows in another way; nothing is said by a colour alone. */
export type Style = 'good' | 'bad' | 'busy' | 'faint' | 'strong';

/** A text, or pieces of one. */
export type Line = string | (string | { style: Style; text: string })[];

const STYLES = { good: 'green', bad: 'red', busy: 'yellow', faint: 'dim', strong: 'bold' } as const;

/** Lines for standard output. */
export function say(...lines: Line[]): void {
  if (isTaken(process.stdout)) console.log(lines.map((line) => painted(line, process.stdout)).join('\n'));
}

/** Lines for standard error. */
export function warn(...lines: Line[]): void {
  if (isTaken(process.stderr)) console.error(lines.map((line) => painted(line, process.stderr)).join('\n'));
}

/** Lines of our own for a program, such as a shell: as they are, with their tabs. */
export function sayPlain(lines: readonly string[]): void {
  if (isTaken(process.stdout)) console.log(lines.join('\n'));
}

/** Rewrites the last line of a terminal's standard error; an empty text clears it. */
export function rewriteLine(text: string): void {
  if (isTaken(process.stderr)) process.stderr.write(`\r\x1b[K${shownText(text)}`);
}

/** A value for programs: JSON, exact. */
export function sayJson(value: unknown, indent?: number): void {
  if (isTaken(process.stdout)) console.log(jsonText(value, indent));
}

/** Many lines for standard output; waits for a slow reader. */
export async function sayMany(lines: Line[]): Promise<void> {
  await written(lines.map((line) => `${painted(line, process.stdout)}\n`).join(''));
}

/** Text for programs, exactly as it is, unless a terminal would obey what is in it; waits for a slow reader. */
export async function sayExactly(text: string): Promise<void> {
  await written(process.stdout.isTTY ? text.split('\n').map(shownText).join('\n') : text);
}

/** Columns that a table may take: those of the terminal, or as many as COLUMNS says; no limit if neither is there. */
export function outputColumns(): number {
  const stated = Number(process.env.COLUMNS);
  return process.stdout.columns ?? (stated > 0 ? stated : Number.POSITIVE_INFINITY);
}

/** A line without its styles. */
export function plainText(line: Line): string {
  return typeof line === 'string' ? line : line.map((piece) => textOf(piece)).join('');
}

/** A line as the stream shows it: with colours on a terminal, unless NO_COLOR is set. */
function painted(line: Line, stream: NodeJS.WriteStream): string {
  if (typeof line === 'string') return shownText(line);
  return line
    .map((piece) => {
      const shown = shownText(textOf(piece));
      // A stream that is no terminal, or an environment that wants no colours, leaves the text as it is.
      return typeof piece === 'string' ? shown : styleText(STYLES[piece.style], shown, { stream });
    })
    .join('');
}

function textOf(piece: string | { text: string }): string {
  return typeof piece === 'string' ? piece : piece.text;
}

async function written(text: string): Promise<void> {
  if (!isTaken(process.stdout) || process.stdout.write(text)) return;
  // Of a reader that goes away meanwhile `isTaken` knows what to do.
  await once(process.stdout, 'drain').catch(() => isTaken(process.stdout));
}
