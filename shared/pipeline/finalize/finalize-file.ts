import { RunInconsistent } from '../../errors.ts';
import { runKeys } from '../../keys/run-keys.ts';
import { readLayout } from '../../layout/compile/read-layout.ts';
import type { Layout } from '../../layout/layout.ts';
import type { MetricFigure, MetricName } from '../../ports/metrics.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { type FilePlan, filePlanShape } from '../../run/file-plan.ts';
import {
  advanced,
  type FileState,
  isFinal,
  type LedgerEntry,
  type LoadedVersion,
} from '../../run/ledger-entry.ts';
import { type Reconciliation, reconciliationShape } from '../../run/reconciliation.ts';
import { stageDurations, type WorkingState } from '../../run/stage-durations.ts';
import { dayTables } from '../publish/day-tables.ts';
import { type DayOutcome, type LoadedRun, publishDay } from '../publish/publish-day.ts';
import { readJson } from '../store/json-object.ts';
import { readDayLayout } from '../store/kept-terms.ts';
import { advanceRun, readEntry, updateEntry } from '../store/ledger.ts';
import { takeTables } from '../store/table-owner.ts';
import { writtenTogether } from '../store/written-together.ts';
import type { AlreadyLoaded, FinalizeInput, RefusedFile } from './finalize-input.ts';
import { loadedVersion } from './loaded-version.ts';

export type FinalizeResult =
  | { status: 'loaded' | 'already-loaded'; ledgerKey: string; day: DayOutcome }
  | { status: 'refused'; ledgerKey: string; day: null };

/** Ends a run: marks the file loaded or refused, publishes its day once it is complete, and informs metrics and people. */
export async function finalizeFile(ports: PipelinePorts, input: FinalizeInput): Promise<FinalizeResult> {
  if (input.verdict === 'refused') return recordRefusal(ports, input);
  if (input.verdict === 'already-loaded') return confirmPublished(ports, input);
  const plan = await readJson(ports.lake, input.planKey, filePlanShape);
  const layout = readLayout(plan.layout.text, plan.layout.file);
  const account = await readJson(ports.lake, runKeys(plan.runId).reconciliation, reconciliationShape);
  const loaded = await loadedVersion(ports, plan, layout, account);
  const { records, rows, controlTotals } = loaded;
  const before = await readEntry(ports.lake, plan.ledgerKey);
  const again = before?.state === 'loaded' && before.loaded?.runId === plan.runId;
  if (!again) {
    await writtenTogether(ports, async (together) => {
      // Another layout may have been published under this name since the split.
      await dayTables(together, layout, plan.businessDate, []);
      await takeTables(together, layout, plan.sourceKey);
      await advanceRun(together.lake, plan.ledgerKey, plan.runId, 'loaded', loaded.loadedAt, {
        records,
        rows,
        controlTotals,
        reasons: account.reasons,
        nulled: account.nulled,
        nulledExamples: account.nulledExamples ?? {},
        loaded,
      });
    });
  }
  const { sourceId, runId } = plan;
  const day = await publishLoaded(ports, layout, plan.businessDate, { sourceId, runId });
  if (!(again && before.told)) {
    await tellLoaded(ports, plan, loaded, { ...day, report: await reportOf(ports, plan, day) });
    await markTold(ports, plan.ledgerKey, 'loaded', plan.runId);
  }
  return { status: 'loaded', ledgerKey: plan.ledgerKey, day };
}

/** Publishes the day of a file that is loaded, unless somebody else does so later. */
async function publishLoaded(
  ports: PipelinePorts,
  layout: Layout,
  businessDate: string,
  loaded: LoadedRun | undefined,
): Promise<DayOutcome> {
  const { publishedLater } = ports.settings;
  if (publishedLater !== undefined) {
    return { published: false, commit: undefined, waitingFor: publishedLater };
  }
  return publishDay(ports, layout, businessDate, { loaded: loaded && [loaded] });
}

/**
 * Finishes a publication that an earlier execution left half done. A new version with the same bytes becomes the loaded
 * version.
 */
async function confirmPublished(ports: PipelinePorts, input: AlreadyLoaded): Promise<FinalizeResult> {
  const at = ports.clock.now().toISOString();
  const entry = await updateEntry(ports.lake, input.ledgerKey, (current) => {
    if (!current?.loaded || current.state === 'loaded' || current.runId !== input.runId) return current;
    const { version, loaded } = current;
    const { records, rows, controlTotals } = loaded;
    const changes = { runId: loaded.runId, records, rows, controlTotals, loaded: { ...loaded, version } };
    return advanced(current, 'loaded', at, changes);
  });
  if (!entry || entry.businessDate === null) {
    throw new RunInconsistent({
      what: 'the ledger does not have the file that is said to be loaded',
      where: input.ledgerKey,
      why: 'Its entry was removed after the file was claimed.',
      next: 'Convert the file again with --force.',
    });
  }
  const { dataset, businessDate, sourceId, loaded } = entry;
  // Not from the run's plan: the run may be past its retention.
  const layout = await readDayLayout(ports.lake, dataset, businessDate);
  const day = await publishLoaded(ports, layout, businessDate, loaded && { sourceId, runId: loaded.runId });
  return { status: 'already-loaded', ledgerKey: input.ledgerKey, day };
}

async function recordRefusal(ports: PipelinePorts, input: RefusedFile): Promise<FinalizeResult> {
  const { lake, clock } = ports;
  const { refusal } = input;
  if (refusal.code === 'key-taken') return recordKeyTaken(ports, input);
  const at = clock.now().toISOString();
  const keys = input.runId === undefined ? undefined : runKeys(input.runId);
  const stored = keys && (await lake.get(keys.reconciliation));
  const account = stored && (await readJson(lake, keys.reconciliation, reconciliationShape));
  let told = false;
  await updateEntry(lake, input.ledgerKey, (current) => {
    const again = current?.state === 'refused' && current.refusal?.message === refusal.message;
    told = again && current.told !== undefined;
    if (!current || again || (isFinal(current.state) && current.state !== 'failed')) return current;
    const changes: Partial<LedgerEntry> = {
      refusal,
      ...(account && refusedAccount(account, current)),
    };
    return advanced(current, 'refused', at, changes);
  });
  if (!told) {
    await removeParts(ports, input.runId);
    await tellRefused(ports, input);
    await markTold(ports, input.ledgerKey, 'refused', input.runId ?? null);
  }
  return { status: 'refused', ledgerKey: input.ledgerKey, day: null };
}

/** The entry belongs to another file, and stays what it is: it only notes that a file with its key was turned away. */
async function recordKeyTaken(ports: PipelinePorts, input: RefusedFile): Promise<FinalizeResult> {
  const { message } = input.refusal;
  await updateEntry(ports.lake, input.ledgerKey, (current) =>
    !current || current.warnings?.includes(message)
      ? current
      : { ...current, warnings: [...(current.warnings ?? []), message] },
  );
  await tellRefused(ports, input);
  return { status: 'refused', ledgerKey: input.ledgerKey, day: null };
}

async function tellRefused(
  { metrics, notifier }: PipelinePorts,
  { dataset, sourceKey, refusal }: RefusedFile,
): Promise<void> {
  await metrics.record(dataset, [{ name: 'FilesRefused', unit: 'Count', value: 1 }]);
  await notifier.notify({
    kind: 'failure',
    subject: `Refused: ${sourceKey}`.slice(0, 100),
    message: refusal.message,
  });
}

/** The figures of a refused run, and what warns of its cause. */
function refusedAccount(account: Reconciliation, { warnings = [] }: LedgerEntry): Partial<LedgerEntry> {
  const { records, controlTotals, reasons, nulled, nulledExamples = {} } = account;
  const all = [...new Set([...warnings, ...(account.warnings ?? [])])];
  return {
    ...{ records, controlTotals, reasons, nulled, nulledExamples },
    ...(all.length > 0 && { warnings: all }),
  };
}

/** Called after people were told, so that they are told at least once: a run that dies in between tells them again. */
async function markTold(
  ports: PipelinePorts,
  ledgerKey: string,
  state: FileState,
  runId: string | null,
): Promise<void> {
  const told = ports.clock.now().toISOString();
  await updateEntry(ports.lake, ledgerKey, (current) =>
    current?.state === state && current.runId === runId ? { ...current, told } : current,
  );
}

/** Removes the parts of a refused run, which will never be merged. The rejects and the reconciliation stay, to show why. */
async function removeParts(ports: PipelinePorts, runId: string | undefined): Promise<void> {
  if (runId === undefined) return;
  const keys: string[] = [];
  for await (const { key } of ports.lake.list(`${runKeys(runId).root}parts/`)) keys.push(key);
  // Manifests first: a part must never be missing while its manifest is there.
  await ports.lake.delete(keys.filter((key) => key.endsWith('.json')));
  await ports.lake.delete(keys.filter((key) => !key.endsWith('.json')));
}

/** Where the report of a commit is that was written just now, as a sentence; undefined for a lake that keeps none. */
async function reportOf(
  ports: PipelinePorts,
  { dataset, businessDate }: FilePlan,
  { committed, commit }: DayOutcome,
): Promise<string | undefined> {
  const { reports } = ports.settings;
  if (!reports || !committed || commit === undefined) return undefined;
  // A conversion on one machine starts without it.
  const { reportSentence } = await import('../report/keep-report.ts');
  return reportSentence(ports, reports, { dataset, businessDate }, commit);
}

async function tellLoaded(
  ports: PipelinePorts,
  plan: FilePlan,
  loaded: LoadedVersion,
  day: DayOutcome & { report: string | undefined },
): Promise<void> {
  const { records, rows } = loaded;
  // A commit that stands may be without the file.
  const isPublished = day.published && day.waitingFor === undefined && day.notShown === undefined;
  await ports.metrics.record(plan.dataset, [
    { name: 'FilesLoaded', unit: 'Count', value: 1 },
    { name: 'InputBytes', unit: 'Bytes', value: plan.sizeBytes },
    { name: 'RecordsRead', unit: 'Count', value: records.read },
    { name: 'RecordsRejected', unit: 'Count', value: records.rejected },
    { name: 'RowsLoaded', unit: 'Count', value: rows },
    { name: 'OutputBytes', unit: 'Bytes', value: loaded.outputs.reduce((sum, { bytes }) => sum + bytes, 0) },
    {
      name: 'DurationMs',
      unit: 'Milliseconds',
      value: Date.parse(loaded.loadedAt) - Date.parse(plan.startedAt),
    },
    { name: 'DaysPublished', unit: 'Count', value: isPublished ? 1 : 0 },
    {
      name: 'RejectPercent',
      unit: 'Percent',
      value: records.detail === 0 ? 0 : (records.rejected / records.detail) * 100,
    },
    ...stageFigures(await readEntry(ports.lake, plan.ledgerKey)),
  ]);
  const published =
    day.waitingFor === undefined
      ? `published as commit ${day.commit}${isPublished ? '' : ', without this version of it'}`
      : `waiting for ${day.waitingFor}`;
  await ports.notifier.notify({
    kind: 'success',
    subject: `Loaded: ${plan.sourceKey}`.slice(0, 100),
    message: `${plan.sourceKey}: ${rows} rows of ${records.read} records, ${records.rejected} rejected, control totals balanced. ${plan.dataset} of ${plan.businessDate} is ${published}.${day.report === undefined ? '' : ` ${day.report}`}`,
  });
}

const STAGE_METRICS: [WorkingState, MetricName][] = [
  ['splitting', 'SplitDurationMs'],
  ['parsing', 'ParseDurationMs'],
  ['reconciling', 'ReconcileDurationMs'],
  ['merging', 'MergeDurationMs'],
];

function stageFigures(entry: LedgerEntry | undefined): MetricFigure[] {
  const durations = entry ? stageDurations(entry) : {};
  return STAGE_METRICS.flatMap(([state, name]) => {
    const value = durations[state];
    return value === undefined ? [] : [{ name, unit: 'Milliseconds', value }];
  });
}
