import type { SteadyClock } from '../../shared/ports/steady-clock.ts';

/** Time of a run: it passes when somebody sleeps, and a little with every call. What is due happens on the way. */
export class SimulatedTime {
  nowMs = 1_000_000;
  private readonly due: { atMs: number; order: number; happen: () => void }[] = [];
  private order = 0;

  at(atMs: number, happen: () => void): void {
    this.due.push({ atMs, order: this.order++, happen });
    this.due.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    while (this.due[0] && this.due[0].atMs <= untilMs) {
      const { atMs, happen } = this.due.shift()!;
      this.nowMs = Math.max(this.nowMs, atMs);
      happen();
    }
    this.nowMs = untilMs;
  }

  /** The next thing that is due happens now, if it is not far away: in the middle of whatever goes on. */
  hurry(mostMs: number): boolean {
    const next = this.due[0];
    if (!next || next.atMs - this.nowMs > mostMs) return false;
    this.pass(Math.max(0, next.atMs - this.nowMs));
    return true;
  }

  /** When the last thing that is due will have happened. */
  get lastDueMs(): number {
    return this.due.at(-1)?.atMs ?? this.nowMs;
  }

  /** The clock of a host, whose time of day may be wrong and jump. */
  clockOf(host: { skewMs: number }): SteadyClock {
    return {
      now: () => new Date(Date.UTC(2025, 7, 12, 2) + this.nowMs + host.skewMs),
      steadyMs: () => this.nowMs,
      sleep: async (ms) => {
        await turn();
        this.pass(ms);
      },
    };
  }
}

/** Lets everybody else go on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
