import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import type { Chances, FaultKind, FaultPlan } from './fault-plan.ts';
import { Calls, FaultyStore } from './faulty-store.ts';
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
const SLOW_CALL_MS = 20_000;
const INVOCATION_FAULTS = [
  'invocation throttled',
  'answer lost',
  'called twice',
  'killed',
  'out of memory',
  'timed out and went on',
] as const satisfies FaultKind[];

/** Runs functions as Lambda does on a bad night: each invocation with ports of its own that fail by the plan. */
export class FunctionRuntime {
  private readonly plan: FaultPlan;
  private readonly time: VirtualTime;
  private readonly ports: PipelinePorts;
  private readonly invocations = new Map<string, number>();

  constructor(plan: FaultPlan, time: VirtualTime, ports: PipelinePorts) {
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
    const run = (end: FaultKind | undefined) => this.run(chances, create, event, end);
    if (fault === 'called twice') {
      run(undefined).catch(() => undefined);
      return run(undefined);
    }
    const answer = await run(fault === 'answer lost' ? undefined : fault);
    if (fault === 'answer lost') throw new RuntimeError('Lambda.ClientExecutionTimeoutException', fault);
    return answer;
  }

  private run<Event>(
    chances: Chances,
    create: (ports: PipelinePorts) => (event: Event) => Promise<unknown>,
    event: Event,
    end: FaultKind | undefined,
  ): Promise<unknown> {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const lastCall = end === undefined ? -1 : chances.below(CALLS_UNTIL_DEATH);
    const dieAfter = chances.happens(0.5);
    const calls = new Calls(this.plan, this.time, chances, (ordinal) => {
      if (ordinal !== lastCall) return 'go on';
      const goesOn = end === 'timed out and went on';
      reject(new RuntimeError(goesOn ? 'States.Timeout' : 'Runtime.ExitError', String(end)));
      if (goesOn) calls.longestMs = SLOW_CALL_MS;
      if (goesOn) return 'go on';
      return dieAfter ? 'die after' : 'die before';
    });
    const copy: Event = JSON.parse(JSON.stringify(event));
    const work = create(this.portsOf(calls))(copy);
    work.catch(() => undefined);
    ended.catch(() => undefined);
    return end === undefined ? work : Promise.race([work, ended]);
  }

  private portsOf(calls: Calls): PipelinePorts {
    const { raw, metrics, notifier, clock } = this.ports;
    const lake = new FaultyStore(this.ports.lake, calls);
    const skewMs = !this.plan.calm && calls.chances.happens(0.05) ? calls.chances.below(7_200_000) : 0;
    if (skewMs > 0) this.plan.count('clock off');
    return {
      ...this.ports,
      raw: new FaultyStore(raw, calls),
      lake,
      catalog: createFileCatalog(lake),
      metrics: { record: (...args) => calls.make('metrics', () => metrics.record(...args)) },
      notifier: { notify: (notification) => calls.make('notifier', () => notifier.notify(notification)) },
      clock: { now: () => new Date(clock.now().getTime() + skewMs - 3_600_000) },
    };
  }
}
