/** An error on its way between threads: as Lambda reports it, with the further facts that our errors have. */
export interface ReportedError {
  errorType: string;
  errorMessage: string;
  facts: {
    where?: string | undefined;
    why?: string | undefined;
    next?: string | undefined;
    retryable?: boolean | undefined;
    stack?: string | undefined;
    cause?: ReportedError | undefined;
  };
}

/** An error of a function that ran elsewhere: `name` and `message` are the original's, for `ErrorEquals`. */
export class FunctionError extends Error {
  override readonly name: string;
  readonly where: string | undefined;
  readonly why: string | undefined;
  readonly next: string | undefined;
  readonly retryable: boolean;

  constructor({ errorType, errorMessage, facts }: ReportedError) {
    super(errorMessage, facts.cause === undefined ? undefined : { cause: new FunctionError(facts.cause) });
    this.name = errorType;
    this.where = facts.where;
    this.why = facts.why;
    this.next = facts.next;
    this.retryable = facts.retryable ?? false;
    if (facts.stack !== undefined) this.stack = facts.stack;
  }
}

/** Causes deeper than this are cut: a chain may be a circle. */
const CAUSE_DEPTH = 5;

/** The parts of anything that was thrown that can be cloned. */
export function reportError(thrown: unknown, depth = 0): ReportedError {
  if (!(thrown instanceof Error)) return { errorType: 'Error', errorMessage: String(thrown), facts: {} };
  const { where, why, next, retryable } = thrown as Partial<FunctionError>;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    errorType: thrown.name,
    errorMessage: thrown.message,
    facts: {
      where: text(where),
      why: text(why),
      next: text(next),
      retryable: typeof retryable === 'boolean' ? retryable : undefined,
      stack: text(thrown.stack),
      cause:
        thrown.cause === undefined || depth === CAUSE_DEPTH
          ? undefined
          : reportError(thrown.cause, depth + 1),
    },
  };
}
