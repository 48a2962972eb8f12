import { UsageError } from '../errors.ts';
import { FUNCTION_ENVIRONMENT } from '../operations/function-environment.ts';
import type { FunctionName } from '../operations/metrics-table.ts';

/** The environment variables of one deployed function: those it declares, and no others. */
export interface FunctionVariables {
  /** The origin that every log line and metric names. */
  identity: { functionName: FunctionName; stage: string; metricsNamespace: string };
  /** The value of a required variable. Fails with `UsageError` if it is not set. */
  need(name: string): string;
  /** The value of an optional variable. An empty one counts as not set: a template parameter cannot leave a variable out. */
  optional(name: string): string | undefined;
}

/** The variables of a function. Fails with `UsageError` at once if one that it needs is not set. */
export function functionVariables(
  functionName: FunctionName,
  environment: Record<string, string | undefined>,
): FunctionVariables {
  const { required, optional } = FUNCTION_ENVIRONMENT[functionName];
  const need = (name: string): string => {
    const value = required.includes(name) ? environment[name] : undefined;
    if (value) return value;
    throw new UsageError({
      what: `the environment variable ${name} is not set`,
      where: functionName,
      why: required.includes(name)
        ? undefined
        : 'shared/operations/function-environment.ts does not give it to this function',
      next: 'Deploy the stack again.',
    });
  };
  for (const name of required) need(name);
  return {
    identity: { functionName, stage: need('STAGE'), metricsNamespace: need('METRICS_NAMESPACE') },
    need,
    optional: (name) => (optional.includes(name) ? environment[name] || undefined : undefined),
  };
}

/** The variables of a person's shell, which may have any of them. A missing one is reported when it is needed. */
export function shellVariables(
  environment: Record<string, string | undefined>,
): Pick<FunctionVariables, 'need' | 'optional'> {
  return {
    need(name) {
      const value = environment[name];
      if (value) return value;
      throw new UsageError({
        what: `the environment variable ${name} is not set`,
        next: 'Give it the value that the functions of the deployed stack have.',
      });
    },
    optional: (name) => environment[name] || undefined,
  };
}
