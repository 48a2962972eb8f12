import { rateAt, timeOfDay } from '../decide/rate-limit.ts';
import type { Settings } from '../decide/settings.ts';
import type { ConnectorPorts } from './connector-ports.ts';

/** While nothing may be sent, it is asked again so often: the hours may have ended. */
const LONGEST_SLEEP_MS = 10_000;

/** Holds parts back so that no more is sent than the hour allows, over all files. */
export class Pace {
  private readonly clock: ConnectorPorts['clock'];
  private readonly settings: Pick<Settings, 'upload' | 'timeZone'>;
  /** When the bytes that were let through have been sent at the allowed rate. */
  private busyUntilMs = 0;

  constructor({ clock }: Pick<ConnectorPorts, 'clock'>, settings: Pick<Settings, 'upload' | 'timeZone'>) {
    this.clock = clock;
    this.settings = settings;
  }

  /** Waits until so many bytes may be sent; `whileWaiting` is called from time to time. */
  async letThrough(bytes: number, whileWaiting: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    for (let startMs: number | undefined; ; ) {
      signal?.throwIfAborted();
      const nowMs = this.clock.steadyMs();
      const rate = this.rate();
      if (rate === undefined) return;
      if (rate > 0 && startMs === undefined) {
        startMs = Math.max(nowMs, this.busyUntilMs);
        this.busyUntilMs = startMs + (bytes / rate) * 1000;
      }
      const waitMs = rate > 0 && startMs !== undefined ? startMs - nowMs : LONGEST_SLEEP_MS;
      if (waitMs <= 0) return;
      await this.clock.sleep(Math.min(waitMs, LONGEST_SLEEP_MS), signal);
      await whileWaiting();
    }
  }

  private rate(): number | undefined {
    const { upload, timeZone } = this.settings;
    return rateAt(upload.limits, timeOfDay(this.clock.now(), timeZone));
  }
}
