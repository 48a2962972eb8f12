/** Starts executions of the state machine: Step Functions, or the local runner. */
export interface Executions {
  /**
   * Starts one named `name`: `[A-Za-z0-9_-]`, at most 80 characters. A name that is taken starts nothing. Fails with `StoreUnavailable`
   * if a retry may help.
   */
  start(name: string, input: unknown): Promise<'started' | 'already-started'>;
}
