import type { RemainingTime } from '../../shared/lambda/handler-stack.ts';
import { cleanLake } from '../../shared/pipeline/operate/clean-lake.ts';
import type { Operation } from '../../shared/pipeline/operate/operation.ts';
import type { CleanReport } from '../../shared/pipeline/operate/removals.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const RUN_DAYS = 15;
const GENERATION_DAYS = 30;
/** Longer than any query runs. */
const GRACE_MS = 60 * 60 * 1000;
/** Time to finish the day, or the lot of runs, that is being cleaned when the limit comes. */
const TO_END_MS = 120_000;
/** An answer has at most 6 MB and a notification 256 KB: counts, and some of the keys. */
const SHOWN = 5_000;
const TOLD = 10;

/** Cleans for as long as the invocation has time. Nobody reads the answer to a schedule, so people are told of what could not be cleaned. */
export async function clean(
  ports: PipelinePorts,
  operation: Extract<Operation, { action: 'clean' }>,
  remaining: RemainingTime,
): Promise<object> {
  const { runsOlderThanDays = RUN_DAYS, generationsOlderThanDays = GENERATION_DAYS, scheduledAt } = operation;
  const report = await cleanLake(ports, {
    runsOlderThanMs: runsOlderThanDays * DAY_MS,
    generationsOlderThanMs: generationsOlderThanDays * DAY_MS,
    graceMs: GRACE_MS,
    dryRun: operation.dryRun === true,
    endsAt: new Date(ports.clock.now().getTime() + remaining() - TO_END_MS),
  });
  if (scheduledAt !== undefined) await tell(ports, report, scheduledAt);
  const { removed, kept, failed, unfinished } = report;
  return {
    action: operation.action,
    removed: removed.length,
    kept: kept.length,
    failed: failed.slice(0, SHOWN),
    removals: removed.slice(0, SHOWN),
    stays: kept.slice(0, SHOWN),
    ...(unfinished && { unfinished }),
  };
}

async function tell(
  { notifier }: PipelinePorts,
  { failed, unfinished }: CleanReport,
  scheduledAt: string,
): Promise<void> {
  if (failed.length === 0 && !unfinished) return;
  const shown = failed.slice(0, TOLD).map(({ key, why }) => `${key}: ${why}`);
  const others = failed.length > TOLD ? [`And ${failed.length - TOLD} more.`] : [];
  const late = unfinished
    ? ['There was not enough time for all of it; send the operator { "action": "clean" } to go on.']
    : [];
  await notifier.notify({
    kind: 'warning',
    subject: failed.length > 0 ? `Not cleaned: ${failed.length} days or runs` : 'Not cleaned to the end',
    message: [
      `The cleaning of ${scheduledAt} left something; everything else is clean, and readers see what they saw.`,
      ...shown,
      ...others,
      ...late,
    ].join('\n'),
  });
}
