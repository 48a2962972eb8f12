import { createFinalizer, readFinalizerEvent } from '../../functions/finalizer/handler.ts';
import { createMerger, readMergerEvent } from '../../functions/merger/handler.ts';
import { createParser, readParserEvent } from '../../functions/parser/handler.ts';
import { createReconciler, readReconcilerEvent } from '../../functions/reconciler/handler.ts';
import { createSplitter, readSplitterEvent } from '../../functions/splitter/handler.ts';
import { createWatchdog, readWatchdogEvent } from '../../functions/watchdog/handler.ts';
import { pipelineTasks } from '../../local/pipeline-tasks.ts';
import { passingRetries, type StateMachineDefinition } from '../../local/state-machine/definition.ts';
import { runExecution } from '../../local/state-machine/run-execution.ts';
import type { TaskFunction } from '../../local/state-machine/task-function.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { FunctionRuntime } from './function-runtime.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How one execution ended. */
export interface Ended {
  name: string;
  execution: string;
  sourceKey: string;
  end: 'loaded' | 'refused' | 'failed';
  problem?: string;
}

/** What a conversion is asked for. */
interface Asked {
  name: string;
  sourceKey: string;
  force: boolean;
  supplementOf?: string | undefined;
  businessDate?: string | undefined;
  /** Stops it, as SIGTERM does: calls under way have no effect any more. */
  stopAfterMs?: number | undefined;
}

/** An execution in one of its lives: the first begins with Split, each redrive with the state that failed. */
interface Life {
  redriveCount: number;
  startAt: string;
  input: unknown;
}

/** What the functions of one execution answered, whether or not the answer arrived. */
interface Noted {
  /** Runs that were planned. */
  runs: string[];
  /** Commits of the day that were called published, with the file. */
  published: number[];
  /** Called when a run is planned. */
  planned(runId: string): void;
}

const { ErrorEquals: RETRIED, MaxAttempts } = await passingRetries();
const TRIES = MaxAttempts + 1;
/** Functions that meet others at the ledger of a day. */
const HELD = new Set(['splitter', 'finalizer']);
const TOGETHER_MS = 15_000;
/** How often people redrive an execution that failed. */
const REDRIVEN = 0.3;
const MOST_REDRIVES = 2;
/** Lambda calls an asynchronous function, such as a target of EventBridge, three times. */
const WATCHDOG_TRIES = 3;

/** The deployed state machine file and the real handlers, on a runtime that fails by plan; failed executions reach the watchdog. */
export class NightMachine {
  /** Executions that people must be told of. */
  readonly mustBeTold: Ended[] = [];
  /** Executions that have ended, as everybody knows. */
  readonly over = new Set<string>();
  /** Messages of all errors. */
  readonly messages: string[] = [];
  readonly broken: string[] = [];
  private readonly definition: StateMachineDefinition;
  private readonly plan: FaultPlan;
  private readonly time: VirtualTime;
  private readonly runtime: FunctionRuntime;
  private readonly store: ObjectStore;

  constructor(of: {
    definition: StateMachineDefinition;
    plan: FaultPlan;
    time: VirtualTime;
    runtime: FunctionRuntime;
    store: ObjectStore;
  }) {
    this.definition = of.definition;
    this.plan = of.plan;
    this.time = of.time;
    this.runtime = of.runtime;
    this.store = of.store;
  }

  async convert(asked: Asked, noted: Noted): Promise<Ended> {
    const { sourceKey, force, supplementOf, businessDate } = asked;
    const input = { layout: 'chaos', sourceKey, ...(force && { force }), supplementOf, businessDate };
    return this.live(asked, noted, { redriveCount: 0, startAt: this.definition.StartAt, input });
  }

  private async live(asked: Asked, noted: Noted, life: Life): Promise<Ended> {
    const { name, sourceKey, stopAfterMs } = asked;
    const { redriveCount, startAt, input } = life;
    /** The call that an error came from, by its name and message. */
    const origins = new Map<string, string>();
    const stop = new AbortController();
    if (stopAfterMs !== undefined) void this.time.sleep(stopAfterMs).then(() => stop.abort());
    const entered = new Map<string, unknown>();
    const result = await runExecution({
      definition: { ...this.definition, StartAt: startAt },
      input,
      executionName: name,
      redriveCount,
      store: this.store,
      maxConcurrency: 4,
      signal: stop.signal,
      tasks: this.tasks(name, noted, origins, stop.signal),
      onEvent: (event) => {
        if (event.type === 'state-entered' && !event.child) entered.set(event.state, event.payload);
      },
    });
    const execution = result.executionId;
    if (result.status === 'SUCCEEDED') {
      this.over.add(execution);
      return { name, execution, sourceKey, end: 'loaded' };
    }
    if (result.status === 'ABORTED') this.plan.count('stopped by SIGTERM');
    const isMap = result.error.name === 'States.ExceedToleratedFailureThreshold';
    const error = isMap ? (result.error.cause as Error) : result.error;
    this.messages.push(result.error.message, error.message);
    const ended: Ended = {
      name,
      execution,
      sourceKey,
      end: error.name === 'FileRefused' ? 'refused' : 'failed',
      problem: result.status === 'ABORTED' ? 'stopped' : `${error.name}: ${error.message}`,
    };
    if (RETRIED.includes(error.name)) this.checkTries(name, error, origins);
    const told = { execution, status: result.status, error: result.error, redriveCount };
    const watched = await this.tellWatchdog(name, sourceKey, told);
    const isHeard = watched || ended.end === 'refused';
    if (isHeard) this.mustBeTold.push(ended);
    const { failedState } = result;
    if (ended.end !== 'failed' || failedState === undefined || !this.isRedriven(name, redriveCount)) {
      if (watched) this.over.add(execution);
      return ended;
    }
    return this.live(asked, noted, {
      redriveCount: redriveCount + 1,
      startAt: failedState,
      input: entered.get(failedState),
    });
  }

  private isRedriven(name: string, redriveCount: number): boolean {
    if (this.plan.calm || redriveCount === MOST_REDRIVES) return false;
    const isRedriven = this.plan.stream(`redrive ${redriveCount} ${name}`).happens(REDRIVEN);
    if (isRedriven) this.plan.count('failed and redriven');
    return isRedriven;
  }

  private tasks(name: string, noted: Noted, origins: Map<string, string>, stopped: AbortSignal) {
    const task =
      <Event>(
        functionName: string,
        read: (event: unknown) => Event,
        create: (ports: PipelinePorts) => (event: Event) => Promise<unknown>,
      ): TaskFunction =>
      async (input) => {
        const { range, merge, verdict } = input as {
          range?: { rangeIndex: number };
          merge?: { mergeIndex: number };
          verdict?: string;
        };
        const identity = `${name} ${range?.rangeIndex ?? merge?.mergeIndex ?? verdict ?? ''}`;
        if (HELD.has(functionName)) await this.heldTogether();
        try {
          return await this.runtime.invoke(functionName, identity, create, read(input), stopped);
        } catch (error) {
          const { name: errorName, message } = error as Error;
          origins.set(`${errorName} ${message}`, `${functionName}|${identity}`);
          throw error;
        }
      };
    return pipelineTasks({
      splitter: task('splitter', readSplitterEvent, (ports) => notedSplit(noted, createSplitter(ports))),
      parser: task('parser', readParserEvent, createParser),
      reconciler: task('reconciler', readReconcilerEvent, createReconciler),
      merger: task('merger', readMergerEvent, createMerger),
      finalizer: task('finalizer', readFinalizerEvent, (ports) => notedEnd(noted, createFinalizer(ports))),
    });
  }

  private async heldTogether(): Promise<void> {
    if (this.plan.calm || !this.plan.isTogether) return;
    this.plan.count('held to finish together');
    await this.time.sleep(TOGETHER_MS - (this.time.now().getTime() % TOGETHER_MS));
  }

  /** An error that a retry can cure must have been tried as often as promised before an execution fails with it. */
  private checkTries(name: string, error: Error, origins: Map<string, string>): void {
    const origin = origins.get(`${error.name} ${error.message}`);
    if (origin === undefined) return;
    const [functionName, identity] = origin.split('|') as [string, string];
    const calls = this.runtime.callsOf(functionName, identity);
    if (calls < TRIES) {
      this.broken.push(
        `${name}: failed with ${error.name} in ${functionName} after ${calls} tries, not ${TRIES}`,
      );
    }
  }

  /** Calls the watchdog as EventBridge does: at least once, at some time. Answers whether a call succeeded. */
  private async tellWatchdog(
    name: string,
    sourceKey: string,
    ended: { execution: string; status: string; error: Error; redriveCount: number },
  ): Promise<boolean> {
    const { execution, status, error, redriveCount } = ended;
    const chances = this.plan.stream(`watchdog ${name}${redriveCount === 0 ? '' : ` ${redriveCount}`}`);
    const input = JSON.stringify({ layout: 'chaos', sourceKey });
    const detail = {
      executionArn: execution,
      status,
      error: error.name,
      cause: error.message,
      redriveCount,
      input,
    };
    let isThrough = false;
    for (let copy = chances.happens(0.2) ? 2 : 1; copy > 0; copy--) {
      if (!this.plan.calm) await this.time.sleep(chances.below(10_000));
      for (let tries = 0; tries < WATCHDOG_TRIES; tries++) {
        try {
          const event = readWatchdogEvent({ detail });
          await this.runtime.invoke('watchdog', `${name} ${copy}`, createWatchdog, event);
          isThrough = true;
          break;
        } catch (failed) {
          this.messages.push((failed as Error).message);
        }
      }
    }
    return isThrough;
  }
}

/** The splitter, with a note of the run that it planned. */
function notedSplit(noted: Noted, split: ReturnType<typeof createSplitter>): typeof split {
  return async (event) => {
    const result = await split(event);
    if (result.verdict === 'convert' && !noted.runs.includes(result.runId)) {
      noted.runs.push(result.runId);
      noted.planned(result.runId);
    }
    return result;
  };
}

/** The finalizer, with a note of what it says of the day. */
function notedEnd(noted: Noted, finalize: ReturnType<typeof createFinalizer>): typeof finalize {
  return async (event) => {
    const result = await finalize(event);
    const { status, day } = result;
    if (status !== 'refused' && day?.commit !== undefined && day.waitingFor === undefined) {
      noted.published.push(day.commit);
    }
    return result;
  };
}
