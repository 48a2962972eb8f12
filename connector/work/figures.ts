/** What a connector counts, for /metrics and CloudWatch. */
export interface ConnectorFigures {
  filesArrived: number;
  bytesSent: number;
  retries: number;
  failures: number;
  rounds: number;
  /** Files that a rule names and that have not arrived. */
  filesWaiting: number;
  bytesWaiting: number;
  daysComplete: number;
  bytesPerSecond: number;
  alarmsActive: number;
  /** Seconds since 1970; 0 if it never happened. */
  lastRoundSeconds: number;
  lastArrivalSeconds: number;
}

export function noFigures(): ConnectorFigures {
  return {
    ...{
      filesArrived: 0,
      bytesSent: 0,
      retries: 0,
      failures: 0,
      rounds: 0,
      filesWaiting: 0,
      bytesWaiting: 0,
    },
    ...{ daysComplete: 0, bytesPerSecond: 0, alarmsActive: 0, lastRoundSeconds: 0, lastArrivalSeconds: 0 },
  };
}

/** The rate of sending: over the time in which something was sent, with older times counting less and less. */
export class SendingRate {
  private bytes = 0;
  private busyMs = 0;

  add(bytes: number, busyMs: number): void {
    // Half of what was counted goes after a minute of sending, so the rate follows the network.
    const keep = 0.5 ** (busyMs / 60_000);
    this.bytes = this.bytes * keep + bytes;
    this.busyMs = this.busyMs * keep + busyMs;
  }

  get bytesPerSecond(): number {
    return this.busyMs === 0 ? 0 : Math.round((this.bytes / this.busyMs) * 1000);
  }
}
