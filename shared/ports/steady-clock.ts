import type { Clock } from './clock.ts';

/** A clock, and a stop watch that no change of the clock moves. */
export interface SteadyClock extends Clock {
  /** Milliseconds since the host started; every process of the host has the same. */
  steadyMs(): number;
  /** Ends early, without an error, if `signal` is aborted. */
  sleep(waitMs: number, signal?: AbortSignal): Promise<void>;
}
