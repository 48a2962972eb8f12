// Apart from the runner: a conversion needs this when it starts, and the runner's library takes 0.1 s to load.

/**
 * The function that a Resource names. Its errors reach `ErrorEquals` under their `name`. It should stop when
 * `signal` aborts: the state timed out, or the execution ended.
 */
export type TaskFunction = (input: unknown, options: { signal: AbortSignal }) => Promise<unknown>;

/** A handler as a task: `read` parses its events, which are what earlier states answered, as JSON. */
export function taskOf<Event>(
  read: (event: unknown) => Event,
  handler: (event: Event) => Promise<unknown>,
): TaskFunction {
  return async (input) => handler(read(input));
}
