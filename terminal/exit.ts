import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { PipelineError } from '../shared/errors.ts';
import { endWithParent, outliveTerminal } from './interruption.ts';
import { lossOf, OutputEnded, watchOutput } from './output.ts';
import { warn } from './print.ts';

export const EXIT_LOADED = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_REFUSED = 3;
export const EXIT_INTERRUPTED = 130;

/** Errors that the person who typed the command can correct. */
const USAGE_ERRORS = new Set([
  'UsageError',
  'LayoutInvalid',
  'SourceNotFound',
  'BusinessDateUnknown',
  'OutputUnwritable',
]);

export function exitCodeOf(errorName: string | undefined): number {
  if (errorName === 'Interrupted') return EXIT_INTERRUPTED;
  return errorName !== undefined && USAGE_ERRORS.has(errorName) ? EXIT_USAGE : EXIT_FAILED;
}

/** Runs a command and ends the process: a typed error is one paragraph, anything else keeps its stack. */
export async function runCommand(main: () => Promise<number>): Promise<void> {
  watchOutput();
  outliveTerminal();
  endWithParent();
  process.once('beforeExit', tellStalled);
  const code = await exitCodeFrom(main);
  process.off('beforeExit', tellStalled);
  return endProcess(code);
}

/** Nothing is left that could wake a command which still waits: without a word Node would end it with 13, or with 0. */
function tellStalled(): void {
  warn(
    'The command ended before it was done: it waits for something that cannot come any more, such as a thread that could not start. ' +
      'If this machine has enough memory, processes and open files (ulimit -a), this is a defect. Run it again: what is finished is kept.',
  );
  process.exitCode = EXIT_FAILED;
}

/** The exit code of a command. A typed error is printed as one paragraph; anything else keeps its stack. */
export async function exitCodeFrom(main: () => Promise<number>): Promise<number> {
  try {
    return await main();
  } catch (error) {
    if (error instanceof OutputEnded) return EXIT_LOADED;
    if (error instanceof PipelineError) {
      warn(error.message, ...error.excerpt.map((line) => `  ${line}`));
      return exitCodeOf(error.name);
    }
    warn(...inspect(error).split('\n'));
    return EXIT_FAILED;
  }
}

/** If something still keeps the process alive after this time, it is ended all the same. */
const MOST_END_MS = 300;

/**
 * Ends the process once everything that was printed has gone out: a pipe takes only so much at once. It ends by itself, as nothing is left
 * to do: `process.exit` waits for V8's threads without doing what they may wait for, and then hangs for ever
 * (https://github.com/nodejs/node/issues/54918), also if it is called once nothing is left to do. A signal in the last milliseconds, when Node has
 * put its handlers away, ends the process without this code. What was printed and not written, as on a full disk, is told on standard error,
 * and then the code is never 0.
 */
async function endProcess(code: number): Promise<void> {
  await Promise.all([written(process.stdout), written(process.stderr)]);
  // Node tells of a failed write only after what is under way.
  await setImmediate();
  const loss = lossOf(process.stdout);
  if (loss !== undefined) warn(lossText(loss));
  await written(process.stderr);
  await setImmediate();
  const isWhole = loss === undefined && lossOf(process.stderr) === undefined;
  const ended = code === EXIT_LOADED && !isWhole ? EXIT_USAGE : code;
  process.exitCode = ended;
  process.stdin.unref?.();
  setTimeout(() => process.exit(ended), MOST_END_MS).unref();
}

const LOSS_CAUSES: Record<string, string> = {
  ENOSPC: 'The disk is full.',
  EDQUOT: 'The disk quota is used up.',
  EFBIG: 'The file may not become larger (ulimit -f).',
};

function lossText({ code = '', message }: NodeJS.ErrnoException): string {
  const why = LOSS_CAUSES[code] ?? `${message}.`;
  return `standard output: not all of it could be written. ${why} Free some space, or send it elsewhere, and run the command again.`;
}

/** Waits until everything that was printed has gone out, or until nobody reads it any more. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    stream.once('close', () => resolve());
    stream.write('', () => resolve());
  });
}
