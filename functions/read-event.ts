import type * as z from 'zod';
import { UsageError } from '../shared/errors.ts';

const MOST_PROBLEMS = 5;

/**
 * Makes the parser of what the state machine passes to a function, which may also have been typed into a console. The parser
 * fails with a `UsageError` that names the fields that are wrong, and never shows their values.
 */
export function eventReader<Event>(functionName: string, schema: z.ZodType<Event>) {
  return (event: unknown): Event => {
    const read = schema.safeParse(event);
    if (read.success) return read.data;
    const problems = read.error.issues.map(({ path, message }) => `'${path.join('.')}': ${message}`);
    throw new UsageError({
      what: `the ${functionName} cannot work with this input`,
      why: problems.slice(0, MOST_PROBLEMS).join('; '),
      next: 'Start an execution of the state machine instead: each state passes to the next what it needs.',
    });
  };
}
