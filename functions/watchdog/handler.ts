import * as z from 'zod';
import { UsageError } from '../../shared/errors.ts';
import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { NO_DATASET } from '../../shared/operations/metrics-table.ts';
import type { SlaSettings } from '../../shared/operations/sla-settings.ts';
import { SLA_CHECKS } from '../../shared/operations/sla-verdict.ts';
import { type ExecutionEnded, REFUSED, recordFailure } from '../../shared/pipeline/watch/record-failure.ts';
import { type SlaReport, watchSla } from '../../shared/pipeline/watch/watch-sla.ts';
import { type ExecutionStates, NOBODY_KNOWS } from '../../shared/ports/executions.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';

/** The parts that are read of EventBridge's "Step Functions Execution Status Change". */
const executionEnded = z.object({
  detail: z.object({
    executionArn: z.string(),
    status: z.string(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
    redriveCount: z.int().nonnegative().nullish(),
    /** The execution's input as JSON text; missing if it is large. */
    input: z.string().nullish(),
  }),
});
/** The event of a schedule: `{ "check": "at-risk", "scheduledAt": "<aws.scheduler.scheduled-time>" }`. */
const slaCheck = z.object({
  check: z.enum(SLA_CHECKS),
  /** ISO 8601: the morning that the check is for, however late the event arrives. By default now. */
  scheduledAt: z
    .string()
    .refine((instant) => !Number.isNaN(Date.parse(instant)))
    .optional(),
});

type ExecutionStatusEvent = z.infer<typeof executionEnded>;
type WatchdogEvent = ExecutionStatusEvent | z.infer<typeof slaCheck>;
type WatchdogResult = { marked: boolean } | { reports: SlaReport[] };

/** Parses the end of an execution, or a check of the night. Fails with `UsageError` if the event is neither. */
export function readWatchdogEvent(event: unknown): WatchdogEvent {
  const read = z.union([executionEnded, slaCheck]).safeParse(event);
  if (read.success) return read.data;
  const { check, scheduledAt }: Record<string, unknown> = Object(event);
  throw new UsageError({
    what: 'this event is neither the end of an execution nor a check of the night',
    why: `check is '${check}' and scheduledAt '${scheduledAt}'`,
    next: `Send { "check": one of ${SLA_CHECKS.join(', ')}, "scheduledAt": an instant as ISO 8601 }.`,
  });
}

/**
 * Handles two events. If an execution failed, timed out or was stopped, it marks the ledger and tells people. On a schedule, it checks the
 * night against the SLA, for which it needs `sla`.
 */
export function createWatchdog(
  ports: PipelinePorts,
  sla?: SlaSettings,
  executions: ExecutionStates = NOBODY_KNOWS,
) {
  return async (event: WatchdogEvent): Promise<WatchdogResult> => {
    if ('detail' in event) return { marked: await recordEnd(ports, event) };
    if (!sla) {
      throw new UsageError({
        what: 'the watchdog has no SLA to check',
        next: 'Set SLA_LAYOUTS and deploy again.',
      });
    }
    const at = event.scheduledAt === undefined ? ports.clock.now() : new Date(event.scheduledAt);
    return { reports: await watchSla(ports, { sla, executions }, event.check, at) };
  };
}

export function watchdogFigures(event: WatchdogEvent, result: WatchdogResult): InvocationFigures {
  if ('detail' in event) {
    const { executionArn: execution, status } = event.detail;
    const marked = 'marked' in result && result.marked;
    const isFault = status === 'FAILED' && event.detail.error !== REFUSED;
    const figures = { ExecutionFaults: isFault ? 1 : 0 };
    return { dataset: NO_DATASET, figures, facts: { execution, status, marked } };
  }
  const [first] = 'reports' in result ? result.reports : [];
  const { check, businessDate, outcome, percentDone, marginMinutes } = first ?? {};
  return {
    dataset: first?.dataset ?? NO_DATASET,
    facts: {
      ...{ check, businessDate, outcome, percentDone, marginMinutes },
      ...{ driven: first?.driven.join(' '), lost: first?.lost.length },
    },
  };
}

function recordEnd(ports: PipelinePorts, { detail }: ExecutionStatusEvent): Promise<boolean> {
  return recordFailure(ports, {
    execution: detail.executionArn,
    status: detail.status,
    error: detail.error ?? detail.status,
    cause: detail.cause ?? 'The execution ended without a cause',
    redriveCount: detail.redriveCount ?? 0,
    request: requestOf(detail.input),
  });
}

function requestOf(input: string | null | undefined): ExecutionEnded['request'] {
  try {
    return JSON.parse(input ?? '{}') ?? {};
  } catch {
    return {};
  }
}
