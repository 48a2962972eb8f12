import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectorFigures } from '../../connector/work/figures.ts';
import { UsageError } from '../../shared/errors.ts';
import { isCode } from '../adapters/file-error.ts';

/** What each figure means to Prometheus. */
const METRICS: Record<keyof ConnectorFigures, [name: string, type: 'counter' | 'gauge', help: string]> = {
  filesArrived: ['files_arrived_total', 'counter', 'Files that arrived and were verified.'],
  bytesSent: ['sent_bytes_total', 'counter', 'Bytes sent, also of attempts that failed.'],
  retries: ['retries_total', 'counter', 'Requests and reads that were made again.'],
  failures: ['failures_total', 'counter', 'Attempts that ended with an error.'],
  rounds: ['rounds_total', 'counter', 'Looks at all sources.'],
  filesWaiting: ['files_waiting', 'gauge', 'Files that a rule names and that have not arrived.'],
  bytesWaiting: ['waiting_bytes', 'gauge', 'Bytes of these files.'],
  daysComplete: ['days_complete_total', 'counter', 'Day manifests written.'],
  bytesPerSecond: ['bytes_per_second', 'gauge', 'Rate of the last minutes of sending.'],
  alarmsActive: ['alarms_active', 'gauge', 'Alarms that hold now.'],
  lastRoundSeconds: ['last_round_timestamp_seconds', 'gauge', 'End of the last round.'],
  lastArrivalSeconds: ['last_arrival_timestamp_seconds', 'gauge', 'Last file that arrived.'],
};

/** The figures in Prometheus' text format. */
export function metricsText(figures: ConnectorFigures): string {
  return (Object.keys(METRICS) as (keyof ConnectorFigures)[])
    .map((figure) => {
      const [name, type, help] = METRICS[figure];
      const whole = `positional_lake_connector_${name}`;
      return `# HELP ${whole} ${help}\n# TYPE ${whole} ${type}\n${whole} ${figures[figure]}\n`;
    })
    .join('');
}

/** A connector whose last round is older than this is not healthy. */
const STALE_ROUNDS = 3;

interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/** Serves /health and /metrics on the loopback interface. */
export async function serveHealth(
  port: number,
  figures: ConnectorFigures,
  { scanSeconds, now, isBusy }: { scanSeconds: number; now: () => Date; isBusy: () => boolean },
): Promise<HealthServer> {
  const startedSeconds = now().getTime() / 1000;
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
      response.end(metricsText(figures));
    } else if (path === '/health') {
      const ageSeconds = now().getTime() / 1000 - Math.max(startedSeconds, figures.lastRoundSeconds);
      // A round that sends 100 GB takes its time.
      const isHealthy = isBusy() || ageSeconds < scanSeconds * STALE_ROUNDS + 60;
      response.writeHead(isHealthy ? 200 : 503, { 'content-type': 'application/json' });
      response.end(
        `${JSON.stringify({ healthy: isHealthy, sinceLastRoundSeconds: Math.round(ageSeconds), ...figures })}\n`,
      );
    } else {
      response.writeHead(404).end();
    }
  });
  await listening(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(isCode(cause, 'EADDRINUSE', 'EACCES') ? closedPort(port, cause) : cause),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

function closedPort(port: number, cause: Error): UsageError {
  return new UsageError({
    what: isCode(cause, 'EACCES') ? 'this user may not open this port' : 'this port is taken',
    where: `service.port ${port}`,
    next: 'Name another one in the config, or end the program that has it: it may be another connector.',
    cause,
  });
}
