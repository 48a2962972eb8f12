import type { Settings } from '../connector/decide/settings.ts';
import type { Connector } from '../connector/work/connector.ts';
import type { ConnectorPorts } from '../connector/work/connector-ports.ts';
import { noticeChanges } from '../local/connector/folder-notices.ts';
import { serveHealth } from '../local/connector/health-server.ts';
import { PipelineError } from '../shared/errors.ts';
import { say, warn } from '../terminal/print.ts';

/** After a failure, or while another connector holds a file. */
const UNSETTLED_MS = 30_000;
/** A file that needs only a second look is not left for the next scan. */
const SOON_MS = 10_000;
const NOTICE_MS = 1_000;

interface Served {
  once: boolean;
  signal: AbortSignal;
}

/** Round after round until it is stopped; with `once` until nothing more can be finished soon. Answers how many files are unsettled. */
export async function serveConnector(
  connector: Connector,
  ports: ConnectorPorts,
  settings: Settings,
  { once, signal }: Served,
): Promise<number> {
  let isBusy = false;
  const { port } = settings.service;
  const health =
    port === undefined || once
      ? undefined
      : await serveHealth(port, connector.figures, {
          scanSeconds: settings.scanSeconds,
          now: () => ports.clock.now(),
          isBusy: () => isBusy,
        });
  if (health) say(`health and metrics: http://127.0.0.1:${health.port}/health, /metrics`);
  const report = await metricsReport(settings);
  const notices = once || !settings.notify ? undefined : new Notices(ports);
  const untilMs = ports.clock.steadyMs() + settings.leaseSeconds * 1250;
  try {
    // Only now: a connector that could not open its port did not begin to work.
    await connector.start();
    for (;;) {
      isBusy = true;
      const end = await connector.round(signal).catch((error) => {
        // A full disk under the journal, say: nothing happened that it does not tell, and the next round may go well.
        if (once || !(error instanceof PipelineError)) throw error;
        warn(error.message);
        return { waiting: 0, unsettled: 1, worthwhile: 1, nextMs: undefined };
      });
      isBusy = false;
      await report(connector.figures);
      if (signal.aborted) return end.unsettled;
      const soonMs =
        end.nextMs !== undefined && end.nextMs <= SOON_MS ? Math.max(end.nextMs, 100) : undefined;
      // A lease of a process that is gone on another host ends after it was watched for so long.
      const worthMs =
        end.worthwhile > 0 && ports.clock.steadyMs() < untilMs ? settings.leaseSeconds * 250 : undefined;
      if (once && soonMs === undefined && worthMs === undefined) return end.unsettled;
      const dueMs = once ? Math.min(soonMs ?? Infinity, worthMs ?? Infinity) : dueOf(settings, end, soonMs);
      await (notices ? notices.wait(dueMs, signal) : ports.clock.sleep(dueMs, signal));
      if (signal.aborted) return end.unsettled;
    }
  } finally {
    notices?.close();
    await health?.close();
  }
}

function dueOf(
  { scanSeconds }: Settings,
  { nextMs, unsettled }: { nextMs: number | undefined; unsettled: number },
  soonMs: number | undefined,
): number {
  const scanMs = scanSeconds * 1000;
  return Math.min(
    scanMs,
    soonMs ?? Infinity,
    unsettled > 0 ? UNSETTLED_MS : Infinity,
    Math.max(nextMs ?? scanMs, 100),
  );
}

/** Ends a wait early when a folder changes. */
class Notices {
  private readonly clock: ConnectorPorts['clock'];
  private readonly ends: (() => void)[];
  private wake: (() => void) | undefined;
  private hasChanged = false;

  constructor({ sources, clock }: ConnectorPorts) {
    this.clock = clock;
    this.ends = sources
      .filter(({ name }) => name.startsWith('/'))
      .map(({ name }) =>
        noticeChanges(name, () => {
          this.hasChanged = true;
          this.wake?.();
        }),
      );
  }

  async wait(waitMs: number, signal: AbortSignal): Promise<void> {
    const early = new AbortController();
    const end = () => early.abort();
    signal.addEventListener('abort', end);
    this.wake = end;
    if (!this.hasChanged) await this.clock.sleep(waitMs, early.signal);
    this.wake = undefined;
    signal.removeEventListener('abort', end);
    // A writer changes a file many times in a row: one look at the end of that is enough.
    if (this.hasChanged && !signal.aborted) await this.clock.sleep(NOTICE_MS, signal);
    this.hasChanged = false;
  }

  close(): void {
    for (const end of this.ends) end();
  }
}

async function metricsReport(settings: Settings): Promise<(figures: object) => Promise<void>> {
  const { cloudWatchStage } = settings.service;
  if (cloudWatchStage === undefined) return async () => undefined;
  const { createConnectorMetrics } = await import('../shared/aws/transfer-adapters.ts');
  const put = createConnectorMetrics(cloudWatchStage, settings.name, settings.target);
  // Figures that are not sent are no reason to stop.
  return (figures) =>
    put(figures as Record<string, number>).catch((error: Error) =>
      warn(`metrics were not sent: ${error.message}`),
    );
}
