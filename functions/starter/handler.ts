import { setTimeout } from 'node:timers/promises';
import type { InvocationFigures, RemainingTime } from '../../shared/lambda/handler-stack.ts';
import { NO_DATASET } from '../../shared/operations/metrics-table.ts';
import { rerunDay } from '../../shared/pipeline/start/rerun-day.ts';
import { type StartedArrival, startArrival } from '../../shared/pipeline/start/start-arrival.ts';
import type { Patience } from '../../shared/pipeline/start/start-many.ts';
import type { StarterPorts } from '../../shared/ports/starter-ports.ts';
import { type ArrivalEvent, arrivalsOf, readArrivalEvent } from './arrival-events.ts';

/** An arrival, or a person's request to run a day again, which is checked against the layouts when it is carried out. */
type StarterEvent = ArrivalEvent | { rerun: unknown };

export function readStarterEvent(event: unknown): StarterEvent {
  const isRerun = typeof event === 'object' && event !== null && 'rerun' in event;
  return isRerun ? { rerun: event.rerun } : readArrivalEvent(event);
}

interface StarterResult {
  arrivals: StartedArrival[];
  rerun?: { dataset: string; executions: string[]; repeated: number; next?: string };
}

/**
 * Starts one execution of the state machine for each version of each file that arrives in the raw bucket. A person may also request to
 * run a whole day again; two requests within a minute count as one.
 */
export function createStarter(
  ports: StarterPorts,
  rawBucket: string,
  now: () => Date = () => new Date(),
  pause: Patience['pause'] = setTimeout,
) {
  return async (event: StarterEvent, remaining: RemainingTime): Promise<StarterResult> => {
    const patience = { remaining, pause };
    if ('rerun' in event) {
      const press = now().toISOString().slice(0, 16);
      return { arrivals: [], rerun: await rerunDay(ports, event.rerun, press, patience) };
    }
    const arrivals: StartedArrival[] = [];
    for (const arrival of arrivalsOf(event, rawBucket))
      arrivals.push(await startArrival(ports, arrival, patience));
    return { arrivals };
  };
}

export function starterFigures(_event: StarterEvent, { arrivals, rerun }: StarterResult): InvocationFigures {
  const count = (of: (arrival: StartedArrival) => number) =>
    arrivals.reduce((sum, arrival) => sum + of(arrival), 0);
  const [first] = arrivals;
  return {
    dataset: first?.dataset ?? rerun?.dataset ?? NO_DATASET,
    figures: {
      ExecutionsStarted: count(({ executions }) => executions.length) + (rerun?.executions.length ?? 0),
      ArrivalsRepeated: count(({ repeated }) => repeated) + (rerun?.repeated ?? 0),
      ArrivalsRefused: count(({ outcome }) => (outcome === 'refused' ? 1 : 0)),
    },
    facts: {
      sourceKey: first?.sourceKey,
      outcome: first?.outcome ?? 'rerun',
      execution: first?.executions[0],
    },
  };
}
