/** What an execution failed of: the name that `ErrorEquals` knows, and the sentence that says what, where, why and what next. */
export interface FailureCause {
  name: string;
  message: string;
}

/** How Step Functions names the failure of a Distributed Map, whatever its child failed of. */
export const MAP_FAILED = 'States.ExceedToleratedFailureThreshold';

/**
 * The cause of a failed task as a person reads it. Lambda gives it as JSON, `{ "errorType", "errorMessage", "trace" }`; every other
 * text is taken as it stands.
 */
export function readCause(name: string, cause: string): FailureCause {
  const reported = parsed(cause) as { errorType?: unknown; errorMessage?: unknown } | undefined;
  if (typeof reported?.errorMessage !== 'string') return { name, message: cause };
  return {
    name: typeof reported.errorType === 'string' ? reported.errorType : name,
    message: reported.errorMessage,
  };
}

/** The first failed child of `FAILED_<n>.json`, which the ResultWriter of a Distributed Map writes; undefined where none is. */
export function firstFailedChild(results: string): FailureCause | undefined {
  const children = parsed(results);
  if (!Array.isArray(children)) return undefined;
  const failed = children.find((child) => child?.Status === 'FAILED' && typeof child.Error === 'string');
  return failed && readCause(failed.Error, typeof failed.Cause === 'string' ? failed.Cause : '');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
