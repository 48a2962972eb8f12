/** Why an execution failed: the error name that `ErrorEquals` matches, and a message that says what, where, why and what to do next. */
export interface FailureCause {
  name: string;
  message: string;
}

/** Step Functions' name for the failure of a Distributed Map, whatever made its child fail. */
export const MAP_FAILED = 'States.ExceedToleratedFailureThreshold';

const TIMED_OUT: FailureCause = {
  name: 'States.Timeout',
  message:
    'a range was not done within the five minutes that its child has, retries included: most likely Lambda turned its parser away for too long. Redrive the execution; if it happens again, look at the alarm parser-throttled.',
};

/**
 * The cause of a failed task in readable form. Lambda reports it as JSON, `{ "errorType", "errorMessage", "trace" }`; any other text is
 * kept as it is.
 */
export function readCause(name: string, cause: string): FailureCause {
  const { errorType, errorMessage }: Record<string, unknown> = Object(parsed(cause));
  if (typeof errorMessage !== 'string') return { name, message: cause };
  return { name: typeof errorType === 'string' ? errorType : name, message: errorMessage };
}

/**
 * The first failed child of `FAILED_<n>.json`, which the ResultWriter of a Distributed Map writes; undefined if no child failed. One that
 * AWS ended after the five minutes of EXPRESS children has no error of its own.
 */
export function firstFailedChild(results: string): FailureCause | undefined {
  const children = parsed(results);
  if (!Array.isArray(children)) return undefined;
  const failed = children.find((child) => child?.Status === 'FAILED' && typeof child.Error === 'string');
  if (failed) return readCause(failed.Error, typeof failed.Cause === 'string' ? failed.Cause : '');
  return children.some((child) => child?.Status === 'TIMED_OUT') ? TIMED_OUT : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
