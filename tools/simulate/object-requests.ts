import type { EventLoop } from './event-loop.ts';
import type { LimitLog } from './limit-log.ts';
import type { RegionQuotas } from './region-quotas.ts';
import { TokenBucket } from './token-bucket.ts';

/** Where requests go: source files, scratch of runs, published files, the ledger. S3 counts the rate of each by itself. */
const PLACES = ['raw', 'runs', 'table', 'ledger'] as const;
type Place = (typeof PLACES)[number];

/** Requests of one kind of work; those that are not named are none. */
export interface Requests {
  gets?: Partial<Record<Place, number>>;
  puts?: Partial<Record<Place, number>>;
}

/** The rates of S3. Requests above them are late: the SDK repeats what S3 slows down. */
export class ObjectRequests {
  gets = 0;
  puts = 0;
  private readonly loop: EventLoop;
  private readonly log: LimitLog;
  private readonly buckets: Record<'gets' | 'puts', Record<Place, TokenBucket>>;

  /** `prefixes` is the number of partitions that S3 has made of the scratch of runs, whose names begin with a hash. */
  constructor(quotas: RegionQuotas, prefixes: number, loop: EventLoop, log: LimitLog) {
    this.loop = loop;
    this.log = log;
    const buckets = (rate: number): Record<Place, TokenBucket> => ({
      raw: bucket(rate),
      runs: bucket(rate * prefixes),
      table: bucket(rate),
      ledger: bucket(rate),
    });
    this.buckets = { gets: buckets(quotas.s3GetsPerSecond), puts: buckets(quotas.s3PutsPerSecond) };
  }

  /** Counts requests, and answers how many seconds pass until S3 has taken all of them. */
  book(requests: Requests): number {
    const { nowSeconds } = this.loop;
    let seconds = 0;
    for (const kind of ['gets', 'puts'] as const) {
      for (const place of PLACES) {
        const count = requests[kind]?.[place] ?? 0;
        if (count === 0) continue;
        this[kind] += count;
        const late = this.buckets[kind][place].book(nowSeconds, count) - nowSeconds;
        this.log.waited(`S3: ${kind === 'gets' ? 'reads' : 'writes'} of ${place}`, nowSeconds, late);
        seconds = Math.max(seconds, late);
      }
    }
    return seconds;
  }
}

function bucket(rate: number): TokenBucket {
  return new TokenBucket({ bucketSize: rate, refillPerSecond: rate });
}
