import { NO_DATASET } from '../../shared/control/metric-names.ts';
import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { type StartedArrival, startArrival } from '../../shared/pipeline/start-arrival.ts';
import type { StarterPorts } from '../../shared/pipeline/starter-ports.ts';
import { type ArrivalEvent, arrivalsOf } from './arrival-events.ts';

/** Objects that came to the raw bucket: one execution of the state machine for each version of each file. */
export function createStarter(ports: StarterPorts, rawBucket: string) {
  return async (event: ArrivalEvent): Promise<{ arrivals: StartedArrival[] }> => {
    const arrivals: StartedArrival[] = [];
    for (const arrival of arrivalsOf(event, rawBucket)) arrivals.push(await startArrival(ports, arrival));
    return { arrivals };
  };
}

export function starterFigures(
  _event: ArrivalEvent,
  { arrivals }: { arrivals: StartedArrival[] },
): InvocationFigures {
  const count = (of: (arrival: StartedArrival) => number) =>
    arrivals.reduce((sum, arrival) => sum + of(arrival), 0);
  const [first] = arrivals;
  return {
    dataset: first?.dataset ?? NO_DATASET,
    figures: {
      ExecutionsStarted: count(({ executions }) => executions.length),
      ArrivalsRepeated: count(({ repeated }) => repeated),
      ArrivalsRefused: count(({ outcome }) => (outcome === 'refused' ? 1 : 0)),
    },
    facts: { sourceKey: first?.sourceKey, outcome: first?.outcome, execution: first?.executions[0] },
  };
}
