import { setTimeout as sleep } from 'node:timers/promises';
import type { SteadyClock } from '../../shared/ports/steady-clock.ts';

/** The clock of this host, and its time since it started: the same for every process (CLOCK_MONOTONIC). */
export const hostClock: SteadyClock = {
  now: () => new Date(),
  steadyMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  sleep: (waitMs, signal) =>
    sleep(waitMs, undefined, signal ? { signal } : {}).catch((error) => {
      if (!signal?.aborted) throw error;
    }),
};
