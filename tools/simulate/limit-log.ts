/** How often, since when and how long something waited for a limit. */
export interface BoundLimit {
  name: string;
  /** Seconds after the first file arrived. */
  firstAtSeconds: number;
  waits: number;
  /** Calls that were turned away, and had to come again. */
  refused: number;
  /** Of all waits together; those after a refusal are not in it. */
  waitedSeconds: number;
}

/** Notes each wait for a limit, so that the night can say which one binds first. */
export class LimitLog {
  private readonly limits = new Map<string, BoundLimit>();

  waited(name: string, atSeconds: number, seconds: number): void {
    if (seconds <= 0) return;
    const limit = this.limitOf(name, atSeconds);
    limit.waits += 1;
    limit.waitedSeconds += seconds;
  }

  refused(name: string, atSeconds: number): void {
    this.limitOf(name, atSeconds).refused += 1;
  }

  /** Every limit that bound, the first one first. */
  bound(): BoundLimit[] {
    return [...this.limits.values()].sort((one, other) => one.firstAtSeconds - other.firstAtSeconds);
  }

  private limitOf(name: string, firstAtSeconds: number): BoundLimit {
    const known = this.limits.get(name);
    if (known) return known;
    const limit = { name, firstAtSeconds, waits: 0, refused: 0, waitedSeconds: 0 };
    this.limits.set(name, limit);
    return limit;
  }
}
