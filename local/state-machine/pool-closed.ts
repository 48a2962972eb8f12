import { Interrupted } from '../../shared/errors.ts';

/** The error of a call whose pool was closed meanwhile. */
export function poolClosed(functionName: string): Interrupted {
  return new Interrupted({ what: 'the worker threads were stopped', where: functionName });
}
