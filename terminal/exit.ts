import { PipelineError } from '../shared/errors.ts';

export const EXIT_LOADED = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_REFUSED = 3;
export const EXIT_INTERRUPTED = 130;

/** Errors that the one who typed the command can mend. */
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
export async function runCommand(main: () => Promise<number>): Promise<never> {
  let code: number;
  try {
    code = await main();
  } catch (error) {
    const known = error instanceof PipelineError;
    const flags = (error as NodeJS.ErrnoException)?.code?.startsWith('ERR_PARSE_ARGS') === true;
    if (known) console.error((error as Error).message);
    else if (flags) console.error(`${(error as Error).message}. Run it with --help to see every flag.`);
    else console.error(error);
    code = flags ? EXIT_USAGE : exitCodeOf(known ? error.name : undefined);
  }
  process.exit(code);
}
