import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import type { Chances, FaultKind, FaultPlan } from './fault-plan.ts';
import { Calls, FaultyStore } from './faulty-store.ts';
import { NIGHT_TABLES } from './iceberg-readers.ts';
import type { VirtualTime } from './virtual-time.ts';

/** An error of the platform, under the name that the state machine's `ErrorEquals` knows. */
class RuntimeError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const CALLS_UNTIL_DEATH = 25;
/** Less than half of a lease, since a host may be off as well. */
const MOST_OFF_MS = 30 * 60_000;
const SLOW_CALL_MS = 20_000;
const INVOCATION_FAULTS = [
  'invocation throttled',
  'answer lost',
  'called twice',
  'killed',
  'out of memory',
  'worker died',
  'timed out and went on',
] as const satisfies FaultKind[];

/** Runs functions as Lambda does on a bad night: each invocation with ports of its own that fail by the plan. */
export class FunctionRuntime {
  private readonly plan: FaultPlan;
  private readonly time: VirtualTime;
  private readonly ports: PipelinePorts;
  /** How far the clock of its host is ahead. */
  private readonly aheadMs: number;
  private readonly invocations = new Map<string, number>();

  constructor(plan: FaultPlan, time: VirtualTime, ports: PipelinePorts, aheadMs: number) {
    this.aheadMs = aheadMs;
    this.plan = plan;
    this.time = time;
    this.ports = ports;
  }

  /** How often the function was called so far for the work that `identity` names. */
  callsOf(name: string, identity: string): number {
    return this.invocations.get(`${name} ${identity}`) ?? 0;
  }

  async invoke<Event>(
    name: string,
    identity: string,
    create: (ports: PipelinePorts) => (event: Event) => Promise<unknown>,
    event: Event,
    stopped?: AbortSignal,
  ): Promise<unknown> {
    const call = this.callsOf(name, identity) + 1;
    this.invocations.set(`${name} ${identity}`, call);
    const chances = this.plan.stream(`${name} ${identity} ${call}`);
    const fault =
      !this.plan.calm && chances.happens(this.plan.roughness.invocation)
        ? chances.of(INVOCATION_FAULTS)
        : undefined;
    if (fault) this.plan.count(fault);
    if (fault === 'invocation throttled') throw new RuntimeError('Lambda.TooManyRequestsException', fault);
    const run = (end: FaultKind | undefined) =>
      this.run(chances, (ports) => create(ports)(JSON.parse(JSON.stringify(event))), end, stopped);
    if (fault === 'called twice') {
      run(undefined).catch(() => undefined);
      return run(undefined);
    }
    const answer = await run(fault === 'answer lost' ? undefined : fault);
    if (fault === 'answer lost') throw new RuntimeError('Lambda.ClientExecutionTimeoutException', fault);
    return answer;
  }

  /** Runs a command of a person: nobody calls it twice, and it may be killed. */
  async command<Answer>(identity: string, work: (ports: PipelinePorts) => Promise<Answer>): Promise<Answer> {
    const chances = this.plan.stream(identity);
    const isKilled = !this.plan.calm && chances.happens(this.plan.roughness.invocation);
    if (isKilled) this.plan.count('killed');
    return this.run(chances, work, isKilled ? 'killed' : undefined);
  }

  private run<Answer>(
    chances: Chances,
    work: (ports: PipelinePorts) => Promise<Answer>,
    end: FaultKind | undefined,
    stopped?: AbortSignal,
  ): Promise<Answer> {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const lastCall = end === undefined ? -1 : chances.below(CALLS_UNTIL_DEATH);
    const dieAfter = chances.happens(0.5);
    const onCall = (ordinal: number) => {
      if (ordinal !== lastCall) return 'go on';
      const goesOn = end === 'timed out and went on';
      const dies = end === 'worker died' ? 'Lambda.Unknown' : 'Runtime.ExitError';
      reject(new RuntimeError(goesOn ? 'States.Timeout' : dies, String(end)));
      if (goesOn) calls.longestMs = SLOW_CALL_MS;
      if (goesOn) return 'go on';
      return dieAfter ? 'die after' : 'die before';
    };
    const calls = new Calls(this.plan, this.time, chances, onCall, stopped);
    const answer = work(this.portsOf(calls));
    answer.catch(() => undefined);
    ended.catch(() => undefined);
    return end === undefined ? answer : Promise.race([answer, ended]);
  }

  private portsOf(calls: Calls): PipelinePorts {
    const { raw, metrics, notifier, clock } = this.ports;
    const lake = new FaultyStore(this.ports.lake, calls);
    const isOff = !this.plan.calm && calls.chances.happens(0.05);
    const skewMs = isOff ? calls.chances.below(2 * MOST_OFF_MS) - MOST_OFF_MS : 0;
    if (isOff) this.plan.count('clock off');
    return {
      ...this.ports,
      raw: new FaultyStore(raw, calls),
      lake,
      catalog: createFileCatalog(lake, { iceberg: { ...NIGHT_TABLES, now: () => clock.now() }, mostDays: 1 }),
      metrics: { record: (...args) => calls.make('metrics', () => metrics.record(...args)) },
      notifier: { notify: (notification) => calls.make('notifier', () => notifier.notify(notification)) },
      clock: { now: () => new Date(clock.now().getTime() + skewMs + this.aheadMs) },
    };
  }
}
