import { PipelineError, RunInconsistent } from '../../errors.ts';
import { slaCheckKey } from '../../keys/lake-keys.ts';
import { nightOf } from '../../keys/night-calendar.ts';
import type { Layout } from '../../layout/layout.ts';
import { METRICS, type MetricName } from '../../operations/metrics-table.ts';
import type { SlaSettings } from '../../operations/sla-settings.ts';
import { type SlaCheck, type SlaVerdict, slaVerdict } from '../../operations/sla-verdict.ts';
import type { ExecutionStates } from '../../ports/executions.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { catchUpCatalog } from '../publish/catch-up-catalog.ts';
import { putFirst } from '../store/compare-and-swap.ts';
import { loadLayout } from '../store/load-layout.ts';
import { sealedBytes } from '../store/sealed-json.ts';
import { findLost } from './find-lost.ts';
import { type NightStatus, nightStatus } from './night-status.ts';

/** The outcome of a check on one dataset. */
export interface SlaReport {
  check: SlaCheck;
  dataset: string;
  businessDate: string;
  outcome: 'told' | 'quiet' | 'done-before' | 'holiday' | 'weekend';
  sentence?: string | undefined;
  met?: boolean | undefined;
  marginMinutes?: number | undefined;
  percentDone?: number | undefined;
  publishedAt?: string | undefined;
  /** Dates whose catalog lagged behind their last commit. */
  driven: string[];
  /** Keys of files whose execution had ended without an event. */
  lost: string[];
}

/** What a check is made by. */
interface Watch {
  sla: SlaSettings;
  executions: ExecutionStates;
}

/** A day whose finalizer stopped between commit and catalog is found within this many mornings. */
const DRIVEN_DAYS = 7;

/**
 * Makes one of the four checks of the night that ends on the morning of `at`, for every watched dataset. It first updates a catalog that
 * lags and records executions that ended unheard, then records the figures and tells people what they must know. A check is noted after people were told, so a repeated check tells
 * nothing, and one that died in between is completed by its retry. Days configured as holidays are silent. A dataset or a day that cannot be
 * read does not stop the others: they are checked, and then the check fails with what was wrong.
 */
export async function watchSla(
  ports: PipelinePorts,
  watch: Watch,
  check: SlaCheck,
  at: Date,
): Promise<SlaReport[]> {
  const reports: SlaReport[] = [];
  const failures: unknown[] = [];
  for (const name of watch.sla.layouts) {
    try {
      const { layout } = await loadLayout(ports.layouts, name);
      reports.push(await watchDataset(ports, watch, check, at, layout, failures));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw together(check, [...new Set(failures)]);
  return reports;
}

/** One error for all: one that a retry can help with, if there is one, because the retry checks everything again. */
function together(check: SlaCheck, failures: unknown[]): unknown {
  const [only, another] = failures;
  const passing = failures.find((error) => error instanceof PipelineError && error.retryable);
  if (passing || another === undefined) return passing ?? only;
  return new RunInconsistent({
    what: `${failures.length} datasets or days could not be checked, and the others were`,
    where: `the check ${check}`,
    why: failures.map((error) => (error instanceof Error ? error.message : String(error))).join(' '),
    next: 'Do what each of them says, then send the check again: nobody is told twice.',
    cause: only,
  });
}

async function watchDataset(
  ports: PipelinePorts,
  { sla: { calendar }, executions }: Watch,
  check: SlaCheck,
  at: Date,
  layout: Layout,
  failures: unknown[],
): Promise<SlaReport> {
  const { businessDate, deadline, silent } = nightOf(at, calendar);
  const dataset = layout.name;
  const { driven, failures: undriven } = await catchUpCatalog(ports, dataset, businessDate, DRIVEN_DAYS);
  failures.push(...undriven);
  if (driven.length > 0) await record(ports, dataset, { CatalogDaysDriven: driven.length });
  const lost = await findLost(ports, executions, dataset, businessDate);
  const report = { check, dataset, businessDate, driven, lost };
  if (silent) return { ...report, outcome: silent };
  const key = slaCheckKey(dataset, businessDate, check);
  if (await ports.lake.head(key)) return { ...report, outcome: 'done-before' };
  const night = await nightStatus(ports, layout, businessDate);
  const now = ports.clock.now();
  const verdict = slaVerdict(check, situationOf(night, { deadline, timeZone: calendar.timeZone, now }));
  const { sentence, met, marginMinutes, tell } = verdict;
  await record(ports, dataset, figuresOf(check, night, verdict));
  if (tell) await ports.notifier.notify({ ...tell, subject: tell.subject.slice(0, 100) });
  const { percentDone, publishedAt } = night;
  const told: SlaReport = {
    ...report,
    ...{ outcome: tell ? 'told' : 'quiet', sentence, met, marginMinutes, percentDone },
    publishedAt: publishedAt?.toISOString(),
  };
  // If somebody else made the same check at the same time, the first record stays.
  await putFirst(ports.lake, key, sealedBytes(key, { ...told, at: now.toISOString() }));
  return told;
}

function situationOf(
  night: NightStatus,
  clock: { deadline: Date; timeZone: string; now: Date },
): Parameters<typeof slaVerdict>[1] {
  const { day, ...figures } = night;
  return {
    ...figures,
    ...clock,
    missingFiles: day.missing,
    missingNames: day.files.flatMap(({ name, status }) => (status === 'missing' ? [name] : [])),
    stopped: day.files.flatMap(({ name, status, loaded }) =>
      !loaded && (status === 'refused' || status === 'failed') ? [`${name} (${status})`] : [],
    ),
  };
}

function figuresOf(
  check: SlaCheck,
  night: NightStatus,
  { met, marginMinutes }: SlaVerdict,
): Partial<Record<MetricName, number>> {
  return {
    ...(night.expectedFiles === undefined ? {} : { NightFilesExpected: night.expectedFiles }),
    NightFilesArrived: night.arrivedFiles,
    NightFilesMissing: night.day.missing,
    NightFilesLoaded: night.loadedFiles,
    NightRecords: night.records,
    NightRows: night.rows,
    NightBytes: night.bytes,
    NightRejectPercent: night.rejectPercent,
    NightPercentDone: night.percentDone,
    ...(marginMinutes === undefined ? {} : { SlaMarginMinutes: marginMinutes }),
    ...(check === 'at-risk' ? { SlaAtRisk: night.publishedAt ? 0 : 1 } : {}),
    ...(check === 'alarm' ? { SlaViolated: night.publishedAt ? 0 : 1 } : {}),
    ...(check === 'deadline' ? { SlaMet: met ? 1 : 0, SlaViolated: met ? 0 : 1 } : {}),
  };
}

async function record(
  ports: PipelinePorts,
  dataset: string,
  figures: Partial<Record<MetricName, number>>,
): Promise<void> {
  const named = Object.entries(figures) as [MetricName, number][];
  await ports.metrics.record(
    dataset,
    named.map(([name, value]) => ({ name, unit: METRICS[name].unit, value })),
  );
}
