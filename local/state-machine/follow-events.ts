import type { StateMachine } from 'aws-local-stepfunctions';
import type { ExecutionEvent } from './execution-event.ts';
import { assertPayloadSize } from './payload-limit.ts';
import type { StateTurns } from './state-turns.ts';

type EventLogs = ReturnType<StateMachine['run']>['eventLogs'];

interface Follower {
  onEvent: (event: ExecutionEvent) => void;
  turns: StateTurns;
  onStateFailed: (stateName: string) => void;
}

/**
 * Passes the library's events on and checks every payload that a state gets or gives: what ResultPath or a Pass state
 * puts together goes through no task. Fails with `States.DataLimitExceeded`, and with what `onEvent` throws.
 */
export async function followEvents(
  logs: EventLogs,
  { onEvent, turns, onStateFailed }: Follower,
): Promise<void> {
  const failures = new Map<string, { timestamp: number; errorName: string }>();
  for await (const log of logs) {
    if (!('state' in log)) continue;
    const { name, input, output } = log.state;
    // The states of an inline Map run several times at once; their index tells them apart.
    const visit = `${log.index ?? ''} ${name}`;
    const check = (payload: unknown, what: string) => {
      try {
        assertPayloadSize(payload, what);
      } catch (error) {
        onStateFailed(name);
        throw error;
      }
    };
    if (log.type === 'StateEntered') {
      onEvent({ type: 'state-entered', state: name, payload: input });
      check(input, `The input of ${name}`);
      turns.announce(name);
    } else if (log.type === 'StateExited') {
      check(output, `The output of ${name}`);
      onEvent({ type: 'state-exited', state: name, payload: output });
    } else if (log.type === 'StateFailed') {
      failures.set(visit, { timestamp: log.timestamp, errorName: log.Error });
      onStateFailed(name);
    } else if (log.type === 'StateRetried') {
      const failure = failures.get(visit);
      if (failure) {
        const waitMs = log.timestamp - failure.timestamp;
        const { errorName } = failure;
        onEvent({ type: 'retry', state: name, attempt: log.retry.attempt, waitMs, errorName });
      }
      turns.announce(name);
    }
  }
}
