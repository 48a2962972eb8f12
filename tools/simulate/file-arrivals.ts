import type { EventLoop, Process } from './event-loop.ts';
import type { FunctionCalls } from './function-calls.ts';
import type { LambdaService } from './lambda-service.ts';
import type { LimitLog } from './limit-log.ts';
import type { Night, Throughput } from './night.ts';
import { TokenBucket } from './token-bucket.ts';

/** Lambda calls a function twice more if it failed on an event: docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html. */
const RETRY_SECONDS = [60, 120];
/** An event that finds no environment waits in Lambda's own queue, and comes again after 1 s, then at most every 5 minutes. */
const MOST_QUEUE_SECONDS = 300;
/** The starter waits a random part of this, doubled each time, before it repeats a throttled call, as long as it has time: shared/pipeline/start/start-many.ts. */
const FIRST_WAIT_SECONDS = 0.2;
const MOST_WAIT_SECONDS = 5;

/** Files that arrive, and the starter that starts an execution for each. */
export class FileArrivals {
  private readonly night: Night;
  private readonly rates: Throughput;
  private readonly loop: EventLoop;
  private readonly log: LimitLog;
  private readonly lambda: LambdaService;
  private readonly calls: FunctionCalls;
  private readonly events: TokenBucket;
  private readonly starts: TokenBucket;

  constructor(
    { night, rates }: { night: Night; rates: Throughput },
    { loop, log }: { loop: EventLoop; log: LimitLog },
    lambda: LambdaService,
    calls: FunctionCalls,
  ) {
    this.night = night;
    this.rates = rates;
    this.loop = loop;
    this.log = log;
    this.lambda = lambda;
    this.calls = calls;
    const { eventsPerSecond, startExecution } = night.quotas;
    this.events = new TokenBucket({ bucketSize: eventsPerSecond, refillPerSecond: eventsPerSecond });
    this.starts = new TokenBucket(startExecution);
  }

  /** Waits until a file arrives and its execution is started. Answers false if its event ended as a dead letter. */
  *start(fileIndex: number): Process<boolean> {
    const { loop } = this;
    const night = this.night;
    const share = night.files === 1 ? 1 : fileIndex / (night.files - 1);
    yield { untilSeconds: share * night.arrivalSeconds };
    const late = this.events.book(loop.nowSeconds, 1) - loop.nowSeconds;
    this.log.waited('EventBridge: events', loop.nowSeconds, late);
    yield loop.sleep(late + this.rates.assumptions.eventMs / 1000);
    for (const pause of [...RETRY_SECONDS, undefined]) {
      yield* this.waitForEnvironment(fileIndex);
      if (yield* this.runStarter(fileIndex)) return true;
      if (pause !== undefined) yield loop.sleep(pause);
    }
    return false;
  }

  private *waitForEnvironment(fileIndex: number): Process {
    for (let tries = 0; this.lambda.begin('starter') === 'throttled'; tries++) {
      // The queue is read by several readers one after another, so events that came together do not come back together.
      const luck = this.calls.luckOf('queue', { fileIndex, itemIndex: tries, attempt: 0 });
      yield this.loop.sleep(Math.min(2 ** tries, MOST_QUEUE_SECONDS) * (0.5 + luck()));
    }
  }

  /** One call of the starter, which has an environment: looks at the object, then starts an execution. */
  private *runStarter(fileIndex: number): Process<boolean> {
    const { loop } = this;
    const night = this.night;
    const sinceSeconds = loop.nowSeconds;
    yield loop.sleep((3 * this.rates.assumptions.s3RequestMs) / 1000);
    let started = this.tryStart();
    for (let attempt = 1; !started && attempt < night.code.startAttempts; attempt++) {
      const luck = this.calls.luckOf('starter', { fileIndex, itemIndex: attempt, attempt: 0 });
      const wait = Math.min(MOST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (attempt - 1)) * luck();
      if (loop.nowSeconds + wait - sinceSeconds > (night.functionTimeouts.starter ?? Infinity)) break;
      yield loop.sleep(wait);
      started = this.tryStart();
    }
    this.lambda.end('starter');
    this.calls.noteCall('starter', loop.nowSeconds - sinceSeconds);
    return started;
  }

  private tryStart(): boolean {
    if (this.starts.tryTake(this.loop.nowSeconds)) return true;
    this.log.refused('Step Functions: StartExecution', this.loop.nowSeconds);
    return false;
  }
}
