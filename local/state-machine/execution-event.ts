/**
 * An event of an execution, for progress and logs. Events come in the order in which they happened. A state's task starts only
 * after its `state-entered` was delivered.
 */
export type ExecutionEvent = StateEvent | RetryEvent | ChildEvent;

interface EventOrigin {
  /** The state's name; of child events the Map's name. */
  state: string;
  /** Set on events of states inside a child: the Distributed Map and the item, counted from 0. */
  child?: { map: string; index: number };
}

interface StateEvent extends EventOrigin {
  type: 'state-entered' | 'state-exited';
  /** Input of the state that was entered, output of the one that was left. */
  payload: unknown;
}

/** A state is about to run again, after its wait. */
interface RetryEvent extends EventOrigin {
  type: 'retry';
  /** 1 is the first repetition. */
  attempt: number;
  /** How long it waited, read off the clock: the drawn jitter give or take a timer's millisecond. */
  waitMs: number;
  errorName: string;
}

type ChildEvent = EventOrigin & { index: number; childCount: number } & (
    | { type: 'child-started' }
    | { type: 'child-succeeded'; output: unknown }
    | { type: 'child-failed'; errorName: string; errorMessage: string; aborted: boolean }
  );
