import { distribution } from '../run/distribution.ts';
import { isFinal, type LedgerEntry } from '../run/ledger-entry.ts';
import type { WorkingState } from '../run/stage-durations.ts';
import type { FileFacts, PartFacts } from './night-facts.ts';

/** A stage of the last run on a file. ISO 8601. */
interface StageSpan {
  stage: WorkingState;
  from: string;
  to: string;
}

/** Everything that the last run on a file took. */
export interface FileTimeline {
  file: string;
  state: LedgerEntry['state'];
  stages: StageSpan[];
  /** Times that the file was taken up, from the first on: more than one after a failure, a new version or force. */
  claims: number;
  ranges: RangeTimes | undefined;
}

/** How its ranges were parsed; undefined in runs of earlier versions, which noted no times. */
interface RangeTimes {
  count: number;
  /** Milliseconds of the tries that succeeded. */
  work: { total: number; min: number; median: number; max: number };
  /** Milliseconds from the start of a child to that of its last try, added up: turned away, failed and tried again, or started late. */
  waitedMs: number;
  /** Children of which more than two seconds went that way. */
  delayed: number;
  /** Few enough to be drawn: ISO 8601 times. */
  spans: { rangeIndex: number; from: string; to: string; waitedFrom?: string }[];
}

/** A child and its function are seldom started within less. */
const DELAY_MS = 2_000;

export function fileTimeline(
  { entry, parts }: FileFacts,
  readAt: string,
  areRangesDrawn: boolean,
): FileTimeline {
  const { history, sourceKey, state } = entry;
  const claimed = history.findLastIndex((step) => step.state === 'splitting');
  const steps = claimed < 0 ? [] : history.slice(claimed);
  const stages = steps.flatMap(({ state: stage, at }, index): StageSpan[] => {
    if (isFinal(stage)) return [];
    const next = steps[index + 1];
    // A stage that nobody ended is still going on, as far as the ledger knows.
    const to = next?.at ?? (isFinal(entry.state) ? at : readAt);
    return [{ stage: stage as WorkingState, from: at, to }];
  });
  return {
    file: sourceKey,
    state,
    stages,
    claims: history.filter((step) => step.state === 'splitting').length,
    ranges: rangeTimes(parts, areRangesDrawn),
  };
}

function rangeTimes(parts: PartFacts[], areDrawn: boolean): RangeTimes | undefined {
  const timed = parts.flatMap((part) => (part.work ? [{ ...part, work: part.work }] : []));
  if (timed.length === 0) return undefined;
  const work = timed.map(({ work: { startedAt, endedAt } }) =>
    Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)),
  );
  const waits = timed.map(({ child, work: { startedAt } }) =>
    child ? Math.max(0, Date.parse(startedAt) - Date.parse(child.startedAt)) : 0,
  );
  const { min, median, max } = distribution(work);
  return {
    count: timed.length,
    work: { total: sum(work), min, median, max },
    waitedMs: sum(waits),
    delayed: waits.filter((wait) => wait > DELAY_MS).length,
    spans: areDrawn
      ? timed.map(({ rangeIndex, child, work: { startedAt, endedAt } }) => ({
          ...{ rangeIndex, from: startedAt, to: endedAt },
          ...(child && { waitedFrom: child.startedAt }),
        }))
      : [],
  };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
