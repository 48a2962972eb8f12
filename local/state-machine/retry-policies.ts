import { UsageError } from '../../shared/errors.ts';

/**
 * Puts the retriers of a state machine file's `RetryPolicies` in place of their names: a state says `"Retry": ["Passing"]`, and
 * Step Functions or the local runner gets the whole retrier. A definition without `RetryPolicies` is returned as it is.
 *
 * Fails with `UsageError` if a state names a policy that does not exist; `where` names the file.
 */
export function withRetryPolicies(source: unknown, where: string): unknown {
  if (!isObject(source) || !isObject(source.RetryPolicies)) return source;
  const { RetryPolicies: policies, ...definition } = source;
  const retrierOf = (entry: unknown): unknown => {
    if (typeof entry !== 'string') return entry;
    if (isObject(policies[entry])) return policies[entry];
    throw new UsageError({
      what: `a state names the retry policy '${entry}', which does not exist`,
      where,
      next: 'Add it to RetryPolicies of this file, or correct the name.',
    });
  };
  const expanded = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(expanded);
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(([key, held]) =>
      key === 'Retry' && Array.isArray(held) ? [key, held.map(retrierOf)] : [key, expanded(held)],
    );
    return Object.fromEntries(entries);
  };
  return expanded(definition);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
