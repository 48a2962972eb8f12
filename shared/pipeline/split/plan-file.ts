import { runKeys } from '../../keys/run-keys.ts';
import type { SplitPorts } from '../../ports/pipeline-ports.ts';
import type { FilePlan, PlannedRange } from '../../run/file-plan.ts';
import { advanced, type LedgerEntry } from '../../run/ledger-entry.ts';
import { runOfPlan } from '../../run/run-of-plan.ts';
import { writeJson } from '../store/json-object.ts';
import { givenUp, takenOver, updateEntry } from '../store/ledger.ts';
import type { Claim } from './claim-file.ts';
import type { CutFile } from './cut-file.ts';
import type { ReadableFile } from './probe-file.ts';

/** The plan of a file and its byte ranges, before they are written. */
export interface PlannedFile {
  plan: FilePlan;
  ranges: PlannedRange[];
}

/** Keys of a recorded plan, as the state machine passes them on. */
export interface RecordedPlan {
  runId: string;
  planKey: string;
  rangesKey: string;
  rangeCount: number;
  /** The range of a file that has one: it is parsed without a map. */
  onlyRange?: PlannedRange;
  parseResultsPrefix: string;
}

/** Everything that the splitter found out about a claimed file. */
interface SplitFindings
  extends Pick<FilePlan, 'businessDate' | 'controlFile' | 'outside' | 'dayManifest' | 'terms' | 'fieldIds'> {
  file: ReadableFile;
  cut: CutFile;
}

export function planFile(
  { ports, request, layout, layoutFile, source, identity, supplementOf }: Claim,
  { attempt }: LedgerEntry,
  { file, cut, businessDate, controlFile, outside, dayManifest, terms, fieldIds }: SplitFindings,
): PlannedFile {
  const { geometry, ranges, chain } = cut;
  const decided: Omit<FilePlan, 'runId'> = {
    dataset: layout.name,
    sourceKey: source.key,
    sourceId: identity.sourceId,
    version: source.version,
    pin: source.pin,
    sizeBytes: file.info.sizeBytes,
    compression: file.compression,
    businessDate,
    ledgerKey: identity.ledgerKey,
    attempt,
    softwareVersion: ports.settings.softwareVersion,
    layout: { ...layoutFile, fingerprint: layout.fingerprint },
    fieldIds,
    geometry: { terminatorBytes: geometry.terminatorBytes, strideBytes: geometry.strideBytes },
    chain,
    leadingBytes: geometry.leadingBytes,
    header: geometry.header,
    trailer: geometry.trailer,
    controlFile,
    remainder: geometry.remainder,
    rangeCount: ranges.length,
    wholePartBytes: wholePartBytes(ports, ranges.length),
    startedAt: ports.clock.now().toISOString(),
    ...(file.compression ? { storedBytes: source.sizeBytes } : {}),
    ...(file.isSeekable ? { isSeekable: true } : {}),
    outside,
    dayManifest,
    terms,
    supplementOf,
    ...(request.force && { forced: true }),
    duplicates: request.force ? 'warn' : layout.day.duplicates,
  };
  const planned = ranges.map(({ parents, ...range }, rangeIndex) => ({
    rangeIndex,
    ...range,
    ...(parents.length > 0 && { parents }),
  }));
  return { plan: { runId: runOfPlan(decided, ranges), ...decided }, ranges: planned };
}

/** From so many bytes on a part of a file with so many ranges becomes a file of the lake as it is. */
export function wholePartBytes({ settings }: Pick<SplitPorts, 'settings'>, rangeCount: number): number {
  const { wholePartOfFew: few } = settings;
  return few && rangeCount <= few.mostRanges ? few.bytes : settings.wholePartBytes;
}

/** Writes the plan and its ranges, then moves the ledger entry to `parsing`. Fails if another run took over the file. */
export async function recordPlan(
  { lake, clock }: SplitPorts,
  execution: string,
  { plan, ranges }: PlannedFile,
): Promise<RecordedPlan> {
  const { runId, ledgerKey } = plan;
  const keys = runKeys(runId);
  await writeJson(lake, keys.plan, plan);
  await writeJson(lake, keys.ranges, ranges);
  const at = clock.now().toISOString();
  await updateEntry(lake, ledgerKey, (current) => {
    // Another execution of the same run is further on already: this one must not take it back.
    if (current?.runId === runId && !['splitting', 'failed'].includes(current.state)) return current;
    const isFree = current?.execution === execution || current?.runId === null || current?.runId === runId;
    if (!current || current.version !== plan.version || !isFree) throw takenOver(ledgerKey, current, runId);
    if (current.state === 'failed') throw givenUp(ledgerKey, current.execution);
    return advanced(current, 'parsing', at, { runId, ...(plan.terms && { terms: plan.terms.number }) });
  });
  const [first, ...others] = ranges;
  return {
    runId,
    planKey: keys.plan,
    rangesKey: keys.ranges,
    rangeCount: ranges.length,
    ...(first && others.length === 0 && { onlyRange: first }),
    parseResultsPrefix: keys.parseResults,
  };
}
