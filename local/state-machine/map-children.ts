import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { JsonValue, StateDefinition, StateMachineDefinition } from './definition.ts';
import {
  type ContextObject,
  type ExecutionFacts,
  executionId,
  fillTemplate,
  stateMachineId,
} from './execution-context.ts';
import type { ExecutionEvent } from './execution-event.ts';
import type { MachineOutcome } from './machine-outcome.ts';
import type { ChildResult } from './map-results.ts';

/** Runs one child; never rejects for what happens inside it. */
type RunChild = (
  definition: StateMachineDefinition,
  execution: ExecutionFacts,
  options: { signal: AbortSignal; onEvent: (event: ExecutionEvent) => void },
) => Promise<MachineOutcome>;

export interface DistributedMapRun {
  stateName: string;
  /** With its context paths bound. */
  state: StateDefinition;
  /** After InputPath. */
  input: JsonValue;
  context: ContextObject;
  execution: ExecutionFacts;
  store: Pick<ObjectStore, 'get' | 'put'>;
  /** Children that the runner has workers for. */
  maxConcurrency: number;
  signal: AbortSignal;
  onEvent: (event: ExecutionEvent) => void;
  runChild: RunChild;
}

/** The children of one Distributed Map: started in item order, and no more of them once too many have failed. */
export class MapChildren {
  readonly children: ChildResult[];
  failedCount = 0;
  firstFailure: { index: number; error: Error } | undefined;
  /** The map's own failure, not a child's: an ItemSelector that points nowhere, a listener that threw. */
  broken: unknown;
  readonly #run: DistributedMapRun;
  readonly #processor: StateMachineDefinition;
  readonly #childMachine: string;
  readonly #tolerated: number;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;

  constructor(
    run: DistributedMapRun,
    processor: StateMachineDefinition,
    items: JsonValue[],
    { label, tolerated }: { label: string; tolerated: number },
  ) {
    this.#run = run;
    this.#processor = processor;
    this.#childMachine = `${run.execution.stateMachineName}/${label}`;
    this.#tolerated = tolerated;
    this.#signal = AbortSignal.any([run.signal, this.#stop.signal]);
    this.children = items.map((item, index) => {
      const name = `${run.execution.name}-${label}-${index}`;
      return {
        name,
        executionId: executionId(this.#childMachine, name),
        stateMachineId: stateMachineId(this.#childMachine),
        input: item,
        outcome: { status: 'PENDING' },
      };
    });
  }

  /** Runs them all, at most `limit` at a time; returns early once the run is stopped or the map has failed. */
  async run(limit: number): Promise<void> {
    // One iterator for all lanes: each takes the next child as it becomes free.
    const waiting = this.children.entries();
    const lane = async (): Promise<void> => {
      while (!this.#signal.aborted) {
        const next = waiting.next();
        if (next.done) return;
        const [index, child] = next.value;
        try {
          await this.#runOne(index, child);
        } catch (error) {
          this.broken ??= error;
          this.#stop.abort();
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(limit, this.children.length) }, lane));
  }

  async #runOne(index: number, child: ChildResult): Promise<void> {
    const { state, stateName, input, context, onEvent, runChild } = this.#run;
    const about = { state: stateName, index, childCount: this.children.length };
    const itemContext = { ...context, Map: { Item: { Index: index, Value: child.input } } };
    const selector = (state.ItemSelector ?? state.Parameters) as JsonValue | undefined;
    if (selector !== undefined) child.input = await fillTemplate(selector, input, itemContext);
    if (this.#signal.aborted) return;

    child.startDate = new Date().toISOString();
    onEvent({ type: 'child-started', ...about });
    const execution: ExecutionFacts = {
      id: child.executionId,
      name: child.name,
      input: child.input,
      startTime: child.startDate,
      stateMachineName: this.#childMachine,
    };
    const outcome = await runChild(this.#processor, execution, {
      signal: this.#signal,
      onEvent: (event) => onEvent({ child: { map: stateName, index }, ...event }),
    });
    child.stopDate = new Date().toISOString();
    child.outcome = outcome;
    if (outcome.status === 'SUCCEEDED') {
      onEvent({ type: 'child-succeeded', ...about, output: outcome.output });
      return;
    }
    const { name: errorName, message: errorMessage } = outcome.error;
    const aborted = outcome.status === 'ABORTED';
    onEvent({ type: 'child-failed', ...about, errorName, errorMessage, aborted });
    if (aborted) return;
    this.failedCount += 1;
    this.firstFailure ??= { index, error: outcome.error };
    if (this.failedCount > this.#tolerated) this.#stop.abort();
  }
}
