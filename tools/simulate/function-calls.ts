import { SeededRandom } from '../../generator/seeded-random.ts';
import type { EventLoop, Process } from './event-loop.ts';
import type { Work } from './file-work.ts';
import type { LambdaService } from './lambda-service.ts';
import type { LimitLog } from './limit-log.ts';
import { THROTTLED } from './machine-definition.ts';
import type { Night, Throughput } from './night.ts';
import type { ObjectRequests } from './object-requests.ts';

/** What all calls of one function came to. */
export interface FunctionFigures {
  name: string;
  memoryMb: number;
  invocations: number;
  coldStarts: number;
  throttled: number;
  failed: number;
  /** Seconds that all its invocations together are billed for. */
  billedSeconds: number;
  firstStartSeconds: number;
  lastEndSeconds: number;
}

/** Which call it is: the same call has the same luck, whatever else happens in the night. */
interface CallId {
  fileIndex: number;
  itemIndex: number;
  attempt: number;
}

/** Calls of functions: each waits for nothing, and is turned away if Lambda has no environment for it. */
export class FunctionCalls {
  readonly figures = new Map<string, FunctionFigures>();
  /** Tasks that ended in an error, by its name. */
  readonly errors: Record<string, number> = {};
  private readonly night: Night;
  private readonly rates: Throughput;
  private readonly loop: EventLoop;
  private readonly log: LimitLog;
  private readonly lambda: LambdaService;
  private readonly requests: ObjectRequests;
  private readonly luck: Map<string, SeededRandom> = new Map();

  constructor(
    { night, rates }: { night: Night; rates: Throughput },
    { loop, log }: { loop: EventLoop; log: LimitLog },
    lambda: LambdaService,
    requests: ObjectRequests,
  ) {
    this.night = night;
    this.rates = rates;
    this.loop = loop;
    this.log = log;
    this.lambda = lambda;
    this.requests = requests;
  }

  /** Calls a function once. Answers with the name of its error, or undefined if it did its work. */
  *call(
    name: string,
    id: CallId,
    workOf: (limitSeconds: number) => Work,
    stateTimeoutSeconds: number,
  ): Process<string | undefined> {
    const { loop, night } = this;
    const start = this.lambda.begin(name);
    const figures = this.figuresOf(name);
    if (start === 'throttled') {
      figures.throttled += 1;
      return this.failed(THROTTLED);
    }
    const ownTimeout = night.functionTimeouts[name] ?? Infinity;
    const limit = Math.min(ownTimeout, stateTimeoutSeconds);
    const initSeconds = start === 'cold' ? this.rates.parserInitMs / 1000 : 0;
    const work = workOf(limit);
    const luck = this.luckOf(name, id);
    const slow = luck() < night.stragglers ? 2 + 2 * luck() : 1;
    const late = this.requests.book(work.requests);
    const needed = Math.max(work.seconds * slow, late);
    const isFaulty = luck() < night.faults;
    const used = Math.min(ownTimeout, isFaulty ? needed * luck() : needed);
    const waited = Math.min(used, limit);
    figures.invocations += 1;
    if (start === 'cold') figures.coldStarts += 1;
    figures.billedSeconds += initSeconds + used;
    const goesOn = used > waited;
    if (goesOn) loop.start(this.rest(name, initSeconds + used));
    yield loop.sleep(initSeconds + waited);
    if (!goesOn) this.lambda.end(name);
    figures.lastEndSeconds = loop.nowSeconds;
    if (isFaulty && !goesOn) {
      figures.failed += 1;
      return this.failed('StoreUnavailable');
    }
    if (needed <= limit && !goesOn) return undefined;
    figures.failed += 1;
    this.log.refused(`time of ${name}`, loop.nowSeconds);
    return this.failed(ownTimeout <= stateTimeoutSeconds ? 'Sandbox.Timedout' : 'States.Timeout');
  }

  /** A call whose state has given it up goes on, and holds its environment. */
  private *rest(name: string, seconds: number): Process {
    yield this.loop.sleep(seconds);
    this.lambda.end(name);
  }

  /** Counts a call that was played elsewhere. */
  noteCall(name: string, seconds: number): void {
    const figures = this.figuresOf(name);
    figures.invocations += 1;
    figures.billedSeconds += seconds;
    figures.firstStartSeconds = Math.min(figures.firstStartSeconds, this.loop.nowSeconds - seconds);
    figures.lastEndSeconds = this.loop.nowSeconds;
  }

  /** Numbers from 0 up to 1 that belong to one call. */
  luckOf(name: string, { fileIndex, itemIndex, attempt }: CallId): () => number {
    const known = this.luck.get(name);
    const random = known ?? new SeededRandom(this.night.seed, purposeOf(name));
    if (!known) this.luck.set(name, random);
    // The stream is cut off for the next call, so its numbers are taken at once.
    random.startAt(fileIndex * 20_000 + itemIndex, attempt);
    const numbers = Array.from({ length: 4 }, () => random.next() / 2 ** 32);
    return () => numbers.pop() ?? 0;
  }

  private failed(error: string): string {
    this.errors[error] = (this.errors[error] ?? 0) + 1;
    return error;
  }

  private figuresOf(name: string): FunctionFigures {
    const known = this.figures.get(name);
    if (known) return known;
    const { parserMemoryMb, otherMemoryMb } = this.night;
    const figures = {
      name,
      memoryMb: name === 'parser' ? parserMemoryMb : otherMemoryMb,
      ...{ invocations: 0, coldStarts: 0, throttled: 0, failed: 0, billedSeconds: 0 },
      firstStartSeconds: this.loop.nowSeconds,
      lastEndSeconds: this.loop.nowSeconds,
    };
    this.figures.set(name, figures);
    return figures;
  }
}

function purposeOf(name: string): number {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 7);
}
