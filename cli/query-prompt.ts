import { createInterface } from 'node:readline';
import type { Lake } from '../local/lake/lake.ts';
import { PipelineError } from '../shared/errors.ts';
import { say, warn } from '../terminal/print.ts';
import type { AnswerForm } from './query-answer.ts';

const HELP = [
  'Type SQL of DuckDB; it runs when a line ends in ;',
  '  SHOW TABLES;          the tables of this lake',
  '  DESCRIBE contracts;   the columns of one',
  '  \\x                    each row as one line a column, or as a table again',
  '  \\q                    leaves, as Ctrl-D does; Ctrl-C stops a statement',
];

/** Streams of a terminal. */
interface PromptStreams {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  /** True if lines are edited, and the arrows bring back earlier ones. */
  terminal: boolean;
}

/**
 * Asks for SQL until the input ends: a statement may have several lines, and runs when its last one ends in a semicolon. An error is told,
 * and the next statement asked for. What was typed is kept in memory alone: it may hold personal data.
 */
export async function askForSql(
  lake: Pick<Lake, 'tables' | 'interrupt'>,
  { input, output, terminal }: PromptStreams,
  answer: (sql: string, form: AnswerForm) => Promise<void>,
): Promise<void> {
  const names = [...lake.tables];
  const prompt = createInterface({
    input,
    output,
    terminal,
    completer: (line: string) => completionsOf(line, names),
  });
  let isOpen = true;
  prompt.on('close', () => {
    isOpen = false;
  });
  const ready = () => {
    if (!isOpen) return;
    prompt.setPrompt(typed === '' ? 'lake> ' : '  ... ');
    prompt.prompt();
  };
  let typed = '';
  let form: AnswerForm = 'table';
  let isRunning = false;
  prompt.on('SIGINT', () => {
    if (isRunning) return lake.interrupt();
    typed = '';
    output.write('\n');
    ready();
  });
  say(`Tables: ${names.join(', ')}. \\? shows help, \\q leaves.`);
  ready();
  for await (const line of prompt) {
    const word = typed === '' ? line.trim().replace(/;$/, '') : '';
    if (/^(\\q|\.quit|\.exit|quit|exit)$/i.test(word)) break;
    if (/^(\\\?|\\h|\.help|help)$/i.test(word)) say(...HELP);
    else if (word === '\\x') {
      form = form === 'table' ? 'expanded' : 'table';
      say(form === 'table' ? 'Rows are shown as a table.' : 'Each row is shown as one line a column.');
    } else typed += `${line}\n`;
    if (/;\s*$/.test(typed)) {
      isRunning = true;
      await answer(typed, form).catch(tell);
      isRunning = false;
      typed = '';
    } else if (typed.trim() === '') typed = '';
    ready();
  }
  prompt.close();
}

function tell(error: unknown): void {
  if (!(error instanceof PipelineError)) throw error;
  warn(error.message, ...error.excerpt.map((line) => `  ${line}`));
}

/** Table names that begin with the last word. */
function completionsOf(line: string, names: string[]): [string[], string] {
  const word = /[\p{L}\p{N}_]*$/u.exec(line)?.[0] ?? '';
  return [names.filter((name) => word !== '' && name.startsWith(word)), word];
}
