import { listOf, objectOf, text, wholeNumber } from '../json-shape.ts';

/** An execution whose failure was recorded. */
export interface FailedExecution {
  execution: string;
  /** How often it had been redriven when it failed last. */
  redriveCount: number;
}

const failedExecutionShape = objectOf<FailedExecution>({ execution: text, redriveCount: wholeNumber });

export const failedExecutionsShape = listOf(failedExecutionShape);

/** An execution that failed before the ledger had an entry of its file: `runs/executions/<executionId>.failed.json`. */
export interface FailedBeforeEntry extends FailedExecution {
  failure: { name: string; message: string };
  at: string;
}

export const failedBeforeEntryShape = objectOf<FailedBeforeEntry>({
  execution: text,
  redriveCount: wholeNumber,
  failure: objectOf<FailedBeforeEntry['failure']>({ name: text, message: text }),
  at: text,
});

/** The parts of a ledger entry that say who worked on the file. */
interface WorkedOn {
  failedExecutions?: FailedExecution[] | undefined;
  history: { state: string; execution: string }[];
}

/** Enough: an execution whose failure is older than those of so many others makes no call any more. */
const MOST_NOTED = 20;

/** The entry with a note that this execution failed; the very same object if it says already that the execution is over. */
export function withFailed<Entry extends WorkedOn>(
  entry: Entry,
  execution: string,
  redriveCount: number,
): Entry {
  if (hasEnded(entry, execution, redriveCount)) return entry;
  const others = (entry.failedExecutions ?? []).filter((failed) => failed.execution !== execution);
  return { ...entry, failedExecutions: [...others, { execution, redriveCount }].slice(-MOST_NOTED) };
}

/** Did the execution fail in the life that `redriveCount` names, or in a later one? Each redrive is a new life with a larger count. */
export function hasFailed(
  { failedExecutions = [] }: Pick<WorkedOn, 'failedExecutions'>,
  execution: string,
  redriveCount: number,
): boolean {
  return failedExecutions.some(
    (failed) => failed.execution === execution && failed.redriveCount >= redriveCount,
  );
}

/**
 * Is the execution over, so that a call which would claim the file for it comes late? It failed in this life or a later one, or the run for
 * which it claimed the file has ended: a redrive goes on after that, and does not split again. Executions that began under an earlier
 * version of the state machine do not say how often they were redriven; only the end of their run is known.
 */
export function hasEnded(entry: WorkedOn, execution: string, redriveCount: number | undefined): boolean {
  if (redriveCount !== undefined && hasFailed(entry, execution, redriveCount)) return true;
  const states = entry.history.filter((step) => step.execution === execution).map(({ state }) => state);
  const claimed = states.indexOf('splitting');
  return claimed >= 0 && states.slice(claimed).some((state) => state === 'loaded' || state === 'refused');
}
