import { UsageError } from '../shared/errors.ts';

/** A wrong command line: what is wrong, what to give instead, and the command whose help explains every flag. */
export function usageError(
  what: string,
  next?: string,
  help = '--help',
  explained: 'flag' | 'command' = 'flag',
): UsageError {
  const rest = `${help} shows every ${explained}`;
  if (next === undefined) return new UsageError({ what, next: rest });
  return new UsageError({ what, next: `${/[.?]$/.test(next) ? next : `${next}.`} ${rest}` });
}
