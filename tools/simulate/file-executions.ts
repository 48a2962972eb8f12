import { mergeLots } from '../../shared/pipeline/reconcile/merge-lots.ts';
import type { DayPublication } from './day-publication.ts';
import type { EventLoop, Process } from './event-loop.ts';
import { type FileWork, together, type Work } from './file-work.ts';
import type { FunctionCalls } from './function-calls.ts';
import type { LimitLog } from './limit-log.ts';
import type { Machine, MachineState, MapState, Retrier, TaskState } from './machine-definition.ts';
import type { Night, Throughput } from './night.ts';
import { Places } from './places.ts';
import { TokenBucket } from './token-bucket.ts';

/** docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const INLINE_LANES = 40;
const EVENTS_OF_TRY = 5;

type State<Type> = Extract<MachineState, { type: Type }>;

/** Of which file, and of which of its ranges or merges, an execution is; and whether its transitions are counted. */
interface Scope {
  fileIndex: number;
  items: number[] | undefined;
  isExpress: boolean;
  /** An EXPRESS child is stopped then. */
  endsAtSeconds: number;
  history: { events: number };
}

/** Executions of the state machine, as the definition says: one a file, and one for each child of its maps. */
export class FileExecutions {
  transitions = 0;
  expressRequests = 0;
  expressGbSeconds = 0;
  mostOpenMapRuns = 0;
  /** Of the execution with the longest history. */
  mostEvents = 0;
  private openMapRuns = 0;
  private readonly night: Night;
  private readonly rates: Throughput;
  private readonly loop: EventLoop;
  private readonly log: LimitLog;
  private readonly calls: FunctionCalls;
  private readonly work: FileWork;
  private readonly day: DayPublication;
  private readonly transitionTokens: TokenBucket;
  private readonly mapRuns: Places;

  constructor(
    { night, rates }: { night: Night; rates: Throughput },
    { loop, log }: { loop: EventLoop; log: LimitLog },
    calls: FunctionCalls,
    work: FileWork,
    day: DayPublication,
  ) {
    this.night = night;
    this.rates = rates;
    this.loop = loop;
    this.log = log;
    this.calls = calls;
    this.work = work;
    this.day = day;
    this.transitionTokens = new TokenBucket(night.quotas.stateTransition);
    this.mapRuns = new Places('Step Functions: open map runs', night.quotas.openMapRuns, loop, log);
  }

  /** Runs the execution of a file; answers whether it reached its end. */
  file(machine: Machine, fileIndex: number): Process<boolean> {
    return this.execution(machine, {
      fileIndex,
      items: undefined,
      isExpress: false,
      endsAtSeconds: Infinity,
      history: { events: 0 },
    });
  }

  private *execution(machine: Machine, scope: Scope): Process<boolean> {
    // An execution's start and end are transitions too: aws.amazon.com/step-functions/pricing, example 1.
    yield* this.transition(scope);
    if (!(yield* this.states(machine, scope))) return false;
    yield* this.transition(scope);
    return true;
  }

  private *states(machine: Machine, scope: Scope): Process<boolean> {
    for (let name: string | undefined = machine.startAt; name !== undefined; ) {
      const state: MachineState = machine.states.get(name)!;
      if (state.type === 'fail') return false;
      if (state.type === 'task') {
        if (!(yield* this.task(state, scope))) return false;
        name = state.next;
        continue;
      }
      yield* this.transition(scope);
      if (state.type === 'succeed') break;
      if (state.type === 'choice') {
        name = this.goodWay(state);
        continue;
      }
      if (!(yield* this.map(state, scope))) return false;
      name = state.next;
    }
    return true;
  }

  /** A task with its retries. Each retry is a transition. */
  private *task(state: TaskState, scope: Scope): Process<boolean> {
    const used = new Map<Retrier, number>();
    for (let attempt = 0; ; attempt++) {
      yield* this.transition(scope);
      if (!this.fitsHistory(scope)) return false;
      const { loop } = this;
      const id = { fileIndex: scope.fileIndex, itemIndex: scope.items?.[0] ?? 0, attempt };
      const timeout = Math.min(state.timeoutSeconds, scope.endsAtSeconds - loop.nowSeconds);
      const work = (limit: number) => this.workOf(state.functionName, scope, limit);
      const error = yield* this.calls.call(state.functionName, id, work, timeout);
      if (error === undefined) {
        if (state.functionName === 'finalizer') this.day.finished(scope.fileIndex, loop.nowSeconds);
        return true;
      }
      const retrier = state.retriers.find(({ errors }) => answers(errors, error));
      const before = retrier === undefined ? 0 : (used.get(retrier) ?? 0);
      if (!retrier || before >= retrier.maxAttempts) return false;
      used.set(retrier, before + 1);
      const whole = Math.min(
        retrier.intervalSeconds * retrier.backoffRate ** before,
        retrier.maxDelaySeconds,
      );
      const delay = retrier.fullJitter ? whole * this.calls.luckOf(`retry of ${state.name}`, id)() : whole;
      if (loop.nowSeconds + delay >= scope.endsAtSeconds) {
        this.log.refused(`time of EXPRESS children of ${state.name}`, loop.nowSeconds);
        return false;
      }
      yield loop.sleep(delay);
    }
  }

  /** Entered, scheduled, started, ended, left: five events of a task's try, at most. An execution fails when its history is full. */
  private fitsHistory({ history }: Scope): boolean {
    history.events += EVENTS_OF_TRY;
    this.mostEvents = Math.max(this.mostEvents, history.events);
    if (history.events <= this.night.quotas.historyEvents) return true;
    this.log.refused('Step Functions: events of one history', this.loop.nowSeconds);
    return false;
  }

  private workOf(functionName: string, { fileIndex, items }: Scope, limitSeconds: number): Work {
    const { work } = this;
    switch (functionName) {
      case 'splitter':
        return work.split();
      case 'parser':
        return together((items ?? [0]).map((rangeIndex) => work.parse(rangeIndex)));
      case 'reconciler':
        return work.reconcile();
      case 'merger':
        return together((items ?? []).map(() => work.merge()));
      default:
        return this.day.finalize(fileIndex, limitSeconds);
    }
  }

  private *map(state: State<'map'>, scope: Scope): Process<boolean> {
    if (state.inline) return yield* this.lanes(state, scope);
    const { loop, rates } = this;
    yield* this.mapRuns.take();
    this.openMapRuns += 1;
    this.mostOpenMapRuns = Math.max(this.mostOpenMapRuns, this.openMapRuns);
    yield loop.sleep(rates.assumptions.mapStartMs / 1000);
    const succeeded = yield* this.lanes(state, scope);
    yield loop.sleep(rates.assumptions.mapEndMs / 1000);
    this.openMapRuns -= 1;
    this.mapRuns.giveBack();
    return succeeded;
  }

  /** Lanes take one child after the other, and no more of them once one has failed. */
  private *lanes(state: MapState, scope: Scope): Process<boolean> {
    const { loop } = this;
    const children = this.childrenOf(state);
    const most = state.inline ? INLINE_LANES : this.night.quotas.childrenOfMap;
    const run = { waiting: children.entries(), failed: false, lanes: 0, ended: () => {} };
    run.lanes = Math.min(state.maxConcurrency, most, children.length);
    const lanes = run.lanes;
    for (let lane = 0; lane < lanes; lane++) loop.start(this.lane(state, scope, run, lanes));
    if (run.lanes > 0) yield { park: (resume) => (run.ended = resume) };
    return !run.failed;
  }

  private *lane(state: MapState, scope: Scope, run: MapRun, lanes: number): Process {
    const sinceSeconds = this.loop.nowSeconds;
    for (const [index, items] of run.waiting) {
      if (index >= lanes) {
        this.log.waited(`MaxConcurrency of ${state.name}`, sinceSeconds, this.loop.nowSeconds - sinceSeconds);
      }
      if (!(yield* this.child(state, scope, items))) run.failed = true;
      if (run.failed) break;
    }
    run.lanes -= 1;
    if (run.lanes === 0) run.ended();
  }

  private *child(state: MapState, scope: Scope, items: number[]): Process<boolean> {
    if (state.inline) return yield* this.states(state.children, { ...scope, items });
    const { fileIndex } = scope;
    const startSeconds = this.loop.nowSeconds;
    const { express: isExpress } = state;
    const endsAtSeconds = isExpress ? startSeconds + this.night.quotas.expressSeconds : Infinity;
    const succeeded = yield* this.execution(state.children, {
      ...{ fileIndex, items, isExpress, endsAtSeconds },
      history: { events: 0 },
    });
    if (isExpress) {
      this.expressRequests += 1;
      const seconds = Math.ceil((this.loop.nowSeconds - startSeconds) * 10) / 10;
      this.expressGbSeconds += (seconds * this.rates.assumptions.expressMb) / 1024;
    }
    return succeeded;
  }

  /** Indexes of the ranges or merges that each child does. */
  private childrenOf(state: MapState): number[][] {
    const isOverRanges = [...state.children.states.values()].some(
      (inner) => inner.type === 'task' && inner.functionName === 'parser',
    );
    const count = isOverRanges ? this.work.ranges.length : this.work.merges;
    if (state.inline && !isOverRanges)
      return mergeLots(Array.from({ length: count }, (_, mergeIndex) => ({ mergeIndex })));
    const children: number[][] = [];
    for (let first = 0; first < count; first += state.itemsPerChild) {
      const length = Math.min(state.itemsPerChild, count - first);
      children.push(Array.from({ length }, (_, index) => first + index));
    }
    return children;
  }

  /** The way of a file that is converted: neither refused nor loaded already. */
  private goodWay({ choices, otherwise }: State<'choice'>): string | undefined {
    const { said } = this.work;
    const good = choices.find(({ verdict, present }) =>
      present === undefined ? verdict === 'convert' || verdict === 'balanced' : said.has(present),
    );
    return good?.next ?? otherwise;
  }

  private *transition({ isExpress }: Scope): Process {
    const { loop } = this;
    const stateSeconds = this.rates.assumptions.stateMs / 1000;
    if (isExpress) {
      yield loop.sleep(stateSeconds);
      return;
    }
    this.transitions += 1;
    const at = this.transitionTokens.book(loop.nowSeconds, 1);
    this.log.waited('Step Functions: state transitions', loop.nowSeconds, at - loop.nowSeconds);
    yield { untilSeconds: at + stateSeconds };
  }
}

interface MapRun {
  waiting: IterableIterator<[number, number[]]>;
  failed: boolean;
  /** Lanes that have not ended. */
  lanes: number;
  ended: () => void;
}

/** Whether a retrier is for an error. `States.TaskFailed` is any but a timeout of the state. */
function answers(errors: string[], error: string): boolean {
  return (
    errors.includes(error) ||
    errors.includes('States.ALL') ||
    (errors.includes('States.TaskFailed') && error !== 'States.Timeout')
  );
}
