/**
 * An error that Step Functions itself reports, under its reserved name.
 *
 * aws-local-stepfunctions reads `isRetryable` and `isCatchable` before it looks at Retry and Catch: some errors end an
 * execution whatever its file says.
 */
export class StatesError extends Error {
  override readonly name: StatesErrorName;
  readonly isRetryable: boolean;
  readonly isCatchable: boolean;

  constructor(name: StatesErrorName, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
    this.isRetryable = !TERMINAL.has(name);
    this.isCatchable = !TERMINAL.has(name);
  }
}

type StatesErrorName =
  | 'States.DataLimitExceeded'
  | 'States.ExceedToleratedFailureThreshold'
  | 'States.ItemReaderFailed'
  | 'States.ResultWriterFailed'
  | 'States.Runtime'
  | 'States.Timeout';

/** `States.ALL` does not match these on AWS either. */
const TERMINAL = new Set<StatesErrorName>(['States.DataLimitExceeded', 'States.Runtime']);

/** Turns a thrown value into an Error: code may throw anything, but the state machine needs a `name`. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
