/** Starts executions of the state machine: Step Functions, or the local runner. */
export interface Executions {
  /**
   * Starts one named `name`: `[A-Za-z0-9_-]`, at most 80 characters. A name that is taken starts nothing. Fails with `StoreUnavailable`
   * if a retry may help.
   */
  start(name: string, input: unknown): Promise<'started' | 'already-started'>;
}

/** How executions stand, whoever started them. */
export interface ExecutionStates {
  /** `execution` is the id that the ledger has. Undefined if nobody knows it. */
  find(execution: string): Promise<ExecutionState | undefined>;
}

interface ExecutionState {
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  error?: string;
  cause?: string;
  /** How often it was redriven; 0 if it is not said. */
  redriveCount?: number;
}

/** Where executions end with the process that runs them, nobody is left to ask. */
export const NOBODY_KNOWS: ExecutionStates = { find: async () => undefined };
