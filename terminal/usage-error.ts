import { UsageError } from '../shared/errors.ts';

/** The command that explains the flags of the one that runs. */
let helpOfCommand = '--help';

/** Says which command runs, so that each usage error of it can name the whole command that helps. */
export function explainedBy(help: string): void {
  helpOfCommand = help;
}

/** A wrong command line: what is wrong, what to give instead, and the command whose help explains every flag. */
export function usageError(
  what: string,
  next?: string,
  help = helpOfCommand,
  explained: 'flag' | 'command' = 'flag',
): UsageError {
  const rest = `${help} shows every ${explained}`;
  if (next === undefined) return new UsageError({ what, next: rest });
  return new UsageError({ what, next: `${/[.?]$/.test(next) ? next : `${next}.`} ${rest}` });
}
