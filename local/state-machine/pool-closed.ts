import { Interrupted } from '../../shared/errors.ts';

/** What a call fails with if the pool is closed before it has ended. */
export function poolClosed(functionName: string): Interrupted {
  return new Interrupted({ what: 'the worker threads were stopped', where: functionName });
}
