import { expectationOfTerms } from '../../day/day-terms.ts';
import { type DayCompletion, dayCompletion } from '../../day/expected-files.ts';
import { dayPath } from '../../keys/business-date.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { Layout } from '../../layout/layout.ts';
import { type FileProgress, nightProgress, workedTime } from '../../operations/night-progress.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { filePlanShape } from '../../run/file-plan.ts';
import type { LedgerEntry } from '../../run/ledger-entry.ts';
import { dayEntries } from '../store/day-ledger.ts';
import { inParallel } from '../store/in-parallel.ts';
import { readJson } from '../store/json-object.ts';
import { readTerms } from '../store/kept-terms.ts';
import { readsKey } from '../store/layout-of-key.ts';
import { publicationTime } from './publication-time.ts';

/** The state of a night: the files that have arrived, how much is done, and when the day was published. */
export interface NightStatus {
  dataset: string;
  businessDate: string;
  day: DayCompletion;
  /** Number of expected files, if it is known. */
  expectedFiles: number | undefined;
  arrivedFiles: number;
  loadedFiles: number;
  /** Objects of the raw bucket that no execution has claimed. */
  notStarted: string[];
  percentDone: number;
  estimatedEnd: Date | undefined;
  /** The time at which all expected files were first published together. */
  publishedAt: Date | undefined;
  records: number;
  rows: number;
  bytes: number;
  /** Rejected details in percent of all loaded files' details. */
  rejectPercent: number;
}

const PARALLEL_READS = 16;

export async function nightStatus(
  ports: PipelinePorts,
  layout: Layout,
  businessDate: string,
): Promise<NightStatus> {
  const now = ports.clock.now();
  const entries = await dayEntries(ports.lake, layout.name, businessDate);
  const terms = await readTerms(ports.lake, layout.name, businessDate);
  const expectation = expectationOfTerms(terms, layout.day, ports.settings.expectedFiles, businessDate);
  const unclaimed = await unclaimedObjects(ports, layout, businessDate, entries);
  const waiting = unclaimed.map(({ key }) => ({
    sourceKey: key,
    state: 'splitting' as const,
    loaded: undefined,
  }));
  const day = dayCompletion(expectation, [...entries, ...waiting]);
  const progress = await inParallel(entries, PARALLEL_READS, (entry) => progressOf(ports, entry, now));
  const unread = unclaimed.map(({ sizeBytes }) => ({ sizeBytes, doneBytes: 0, worked: undefined }));
  const publishedAt = await publicationTime(ports, layout.name, businessDate, day, entries);
  const { percentDone, estimatedEnd } = nightProgress([...progress, ...unread], day.missing, now);
  const { files } = expectation;
  return {
    dataset: layout.name,
    businessDate,
    day,
    expectedFiles: Array.isArray(files) ? files.length : files,
    arrivedFiles: day.files.filter(({ status, supplement }) => status !== 'missing' && !supplement).length,
    loadedFiles: day.files.filter(({ loaded, supplement }) => loaded && !supplement).length,
    notStarted: unclaimed.map(({ key }) => key),
    percentDone: publishedAt ? 100 : percentDone,
    estimatedEnd: publishedAt ? undefined : estimatedEnd,
    publishedAt,
    ...loadedFigures(entries),
  };
}

/** Data files in the day's folder of the raw bucket without a ledger entry: they arrived, and no execution took them. */
async function unclaimedObjects(
  { raw }: PipelinePorts,
  layout: Layout,
  businessDate: string,
  entries: LedgerEntry[],
): Promise<{ key: string; sizeBytes: number }[]> {
  const claimed = new Set(entries.map(({ sourceKey }) => sourceKey));
  const found: { key: string; sizeBytes: number }[] = [];
  for await (const { key, sizeBytes } of raw.list(`${dayPath(businessDate)}/`)) {
    if (!claimed.has(key) && readsKey(layout, key)) found.push({ key, sizeBytes });
  }
  return found;
}

async function progressOf(ports: PipelinePorts, entry: LedgerEntry, now: Date): Promise<FileProgress> {
  const { state, inputBytes, loaded } = entry;
  const isDone = loaded !== undefined || state === 'merging' || state === 'reconciling';
  const doneBytes = isDone ? inputBytes : state === 'parsing' ? await parsedBytes(ports, entry) : 0;
  return { sizeBytes: inputBytes, doneBytes, worked: workedTime(entry, now) };
}

/** Bytes of the ranges that have a manifest; all ranges have about the same size. */
async function parsedBytes({ lake }: PipelinePorts, { runId, inputBytes }: LedgerEntry): Promise<number> {
  if (runId === null) return 0;
  const keys = runKeys(runId);
  const { rangeCount } = await readJson(lake, keys.plan, filePlanShape);
  let parsed = 0;
  for await (const { key } of lake.list(`${keys.root}parts/`)) {
    if (/\/parts\/\d+\.json$/.test(key)) parsed += 1;
  }
  return rangeCount === 0 ? 0 : Math.round((inputBytes * Math.min(parsed, rangeCount)) / rangeCount);
}

function loadedFigures(
  entries: LedgerEntry[],
): Pick<NightStatus, 'records' | 'rows' | 'bytes' | 'rejectPercent'> {
  const loaded = entries.flatMap((entry) => (entry.loaded ? [entry.loaded] : []));
  const sum = (of: (version: (typeof loaded)[number]) => number) =>
    loaded.reduce((total, version) => total + of(version), 0);
  const details = sum(({ records }) => records.detail);
  return {
    records: sum(({ records }) => records.read),
    rows: sum(({ rows }) => rows),
    bytes: sum(({ inputBytes }) => inputBytes),
    rejectPercent: details === 0 ? 0 : (sum(({ records }) => records.rejected) / details) * 100,
  };
}
