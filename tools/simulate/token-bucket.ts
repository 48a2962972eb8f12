/** A quota of AWS that is a token bucket: so many at once, and so many more each second. */
export interface BucketQuota {
  bucketSize: number;
  refillPerSecond: number;
}

/** Tokens are handed out in the order in which they are asked for. */
export class TokenBucket {
  private readonly quota: BucketQuota;
  /** Below zero if tokens are promised that the refill has yet to bring. */
  private tokens: number;
  private filledAtSeconds = 0;

  constructor(quota: BucketQuota) {
    this.quota = quota;
    this.tokens = quota.bucketSize;
  }

  /** The moment at which `count` tokens are there for the caller; they are booked. */
  book(nowSeconds: number, count: number): number {
    this.refill(nowSeconds);
    this.tokens -= count;
    return this.tokens >= 0 ? nowSeconds : nowSeconds - this.tokens / this.quota.refillPerSecond;
  }

  /** Takes one token if it is there now. */
  tryTake(nowSeconds: number): boolean {
    this.refill(nowSeconds);
    // A refill that is a whole token apart from rounding is one.
    if (this.tokens < 1 - 1e-9) return false;
    this.tokens -= 1;
    return true;
  }

  private refill(nowSeconds: number): void {
    const { bucketSize, refillPerSecond } = this.quota;
    const more = (nowSeconds - this.filledAtSeconds) * refillPerSecond;
    this.tokens = Math.min(bucketSize, this.tokens + more);
    this.filledAtSeconds = nowSeconds;
  }
}
