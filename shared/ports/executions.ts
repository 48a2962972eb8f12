/** Starts executions of the state machine: Step Functions, or the local runner. */
export interface Executions {
  /**
   * Starts one under `name`, `[A-Za-z0-9_-]` and at most 80 characters; a name that is taken starts nothing. Fails with
   * `StoreUnavailable` where trying again may help.
   */
  start(name: string, input: unknown): Promise<'started' | 'already-started'>;
}
