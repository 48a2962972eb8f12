import type { EventLoop } from './event-loop.ts';
import type { LimitLog } from './limit-log.ts';
import type { RegionQuotas } from './region-quotas.ts';
import { TokenBucket } from './token-bucket.ts';

interface Environments {
  running: number;
  /** Those that have run before, and take a call without a start. */
  idle: number;
  scaling: TokenBucket;
}

/** Environments of functions: how many there may be, how fast they come, and which are warm. */
export class LambdaService {
  /** The most that ran at once, by function. */
  readonly peaks: Record<string, number> = {};
  private readonly quotas: RegionQuotas;
  private readonly reserved: Record<string, number>;
  private readonly loop: EventLoop;
  private readonly log: LimitLog;
  private readonly functions = new Map<string, Environments>();
  private readonly unreserved: number;
  private unreservedRunning = 0;

  constructor(quotas: RegionQuotas, reserved: Record<string, number>, loop: EventLoop, log: LimitLog) {
    this.quotas = quotas;
    this.reserved = reserved;
    this.loop = loop;
    this.log = log;
    const sum = Object.values(reserved).reduce((total, count) => total + count, 0);
    this.unreserved = quotas.accountConcurrency - sum;
  }

  /** Takes a call, or turns it away as `Lambda.TooManyRequestsException`. */
  begin(name: string): 'cold' | 'warm' | 'throttled' {
    const environments = this.environmentsOf(name);
    const reserved = this.reserved[name];
    const running = reserved === undefined ? this.unreservedRunning : environments.running;
    if (running >= (reserved ?? this.unreserved)) {
      const limit =
        reserved === undefined ? 'concurrency of the account' : `concurrency reserved for ${name}`;
      return this.turnAway(`Lambda: ${limit}`);
    }
    const isWarm = environments.idle > 0;
    if (isWarm) environments.idle -= 1;
    else if (!environments.scaling.tryTake(this.loop.nowSeconds)) {
      return this.turnAway(`Lambda: new environments of ${name}`);
    }
    environments.running += 1;
    if (reserved === undefined) this.unreservedRunning += 1;
    this.peaks[name] = Math.max(this.peaks[name] ?? 0, environments.running);
    return isWarm ? 'warm' : 'cold';
  }

  end(name: string): void {
    const environments = this.environmentsOf(name);
    environments.running -= 1;
    environments.idle += 1;
    if (this.reserved[name] === undefined) this.unreservedRunning -= 1;
  }

  private turnAway(limit: string): 'throttled' {
    this.log.refused(limit, this.loop.nowSeconds);
    return 'throttled';
  }

  private environmentsOf(name: string): Environments {
    const known = this.functions.get(name);
    if (known) return known;
    const scaling = new TokenBucket(this.quotas.environmentsPerFunction);
    const environments = { running: 0, idle: 0, scaling };
    this.functions.set(name, environments);
    return environments;
  }
}
