import { manifestEntryOf, manifestTotals } from '../../day/day-manifest.ts';
import type { DayTerms } from '../../day/day-terms.ts';
import { BusinessDateUnknown, SourceNotFound } from '../../errors.ts';
import { resolveBusinessDate } from '../../keys/business-date.ts';
import { ledgerEntryKey } from '../../keys/lake-keys.ts';
import { executionKey, runKeys } from '../../keys/run-keys.ts';
import { executionIdOf, runIdOf, sourceIdOf } from '../../keys/source-id.ts';
import { detailLayout } from '../../layout/compile/detail-layout.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectInfo } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import { isRefusal, type Refusal, refuse } from '../../refusal.ts';
import type { FilePlan, PlannedRange } from '../../run/file-plan.ts';
import { advanced, type LedgerEntry } from '../../run/ledger-entry.ts';
import { SOFTWARE_VERSION } from '../../version.ts';
import { writeJson } from '../store/json-object.ts';
import { takenOver, updateEntry } from '../store/ledger.ts';
import { loadLayout } from '../store/load-layout.ts';
import {
  type Claim,
  claimFile,
  duplicateOfStored,
  rolledBackRefusal,
  supplementedFile,
} from './claim-file.ts';
import { type ConvertRequest, checkRequest } from './convert-request.ts';
import { type CutFile, cutFile } from './cut-file.ts';
import type { FileGeometry } from './file-geometry.ts';
import { findControlFile } from './find-control-file.ts';
import { recordTerms, refusedByTerms } from './hold-to-terms.ts';
import { type OpenSource, openSource, probeGeometry } from './open-source.ts';
import { outsideChecksums } from './outside-checksums.ts';

/** Keys and verdict, small enough to travel between states. */
export interface SplitResult {
  verdict: 'convert' | 'already-loaded' | 'refused';
  dataset: string;
  sourceKey: string;
  ledgerKey: string;
  businessDate: string | null;
  refusal?: Refusal;
  runId?: string;
  planKey?: string;
  rangesKey?: string;
  rangeCount?: number;
  mergesKey?: string;
  parseResultsPrefix?: string;
  mergeResultsPrefix?: string;
}

/**
 * Claims the file in the ledger and plans its byte ranges. Fails with `SourceNotFound`, `LayoutInvalid`, `UsageError`,
 * `BusinessDateUnknown`, `SourceChanged`, `ControlFileAwaited`; a file that cannot be converted is a verdict.
 */
export async function splitFile(
  ports: PipelinePorts,
  execution: string,
  request: ConvertRequest,
): Promise<SplitResult> {
  checkRequest(request);
  const { file, text, layout } = await requestedLayout(ports, request);
  const source = await ports.raw.head(request.sourceKey);
  if (!source) {
    throw new SourceNotFound({
      what: 'there is no such input file',
      where: request.sourceKey,
      next: 'Check the name; a folder must be given as the files in it.',
    });
  }
  const opened = await openSource(ports.raw, source);
  const geometry = isRefusal(opened) ? opened : await probeGeometry(opened, layout);
  const business = businessDateOf(request, source, layout, geometry);
  const { businessDate } = business;
  const warnings = [...business.warnings, ...(isRefusal(opened) ? [] : opened.warnings)];
  const identity = {
    dataset: layout.name,
    sourceKey: source.key,
    sourceId: sourceIdOf(source.key),
    ledgerKey: ledgerEntryKey(layout.name, businessDate, sourceIdOf(source.key)),
    businessDate,
  };
  const parent = await supplementedFile(ports, request, identity);
  const supplementOf = parent && 'sourceKey' in parent ? parent : undefined;
  const claim = { ports, execution, request, layout, source, identity, warnings, supplementOf };
  await writeJson(ports.lake, executionKey(executionIdOf(execution)), {
    ledgerKey: identity.ledgerKey,
    at: ports.clock.now().toISOString(),
  });

  const entry = await claimFile(claim);
  const result = {
    dataset: layout.name,
    sourceKey: source.key,
    ledgerKey: identity.ledgerKey,
    businessDate,
  };
  const held =
    businessDate === null || request.supplementOf !== undefined
      ? undefined
      : await recordTerms(ports, layout, { file, text }, businessDate, source.key);
  if (entry.state === 'loaded') return { verdict: 'already-loaded', ...result };
  const refused = (refusal: Refusal): SplitResult => ({ verdict: 'refused', ...result, refusal });
  if (isRefusal(opened)) return refused(opened);
  if (isRefusal(geometry)) return refused(geometry);
  const early =
    (isRefusal(parent) ? parent : business.refusal) ??
    rolledBackRefusal(entry, request) ??
    (isRefusal(held) ? held : held && refusedByTerms(held, source)) ??
    (opened.compression ? undefined : await duplicateOfStored(claim));
  if (early) return refused(early);
  const controlFile = await findControlFile(ports.raw, source.key, layout);
  if (isRefusal(controlFile)) return refused(controlFile);
  const rangeSizeBytes = request.rangeSizeBytes ?? ports.settings.rangeSizeBytes;
  const cut = await cutFile(opened, layout, geometry, rangeSizeBytes);
  if (isRefusal(cut)) return refused(cut);
  const plan = {
    ...planOf(claim, entry, { ...opened, controlFile }, cut, { file, text }),
    ...(opened.compression ? { storedBytes: source.sizeBytes } : {}),
    outside: await outsideChecksums(opened, cut.ranges),
    dayManifest: held && !isRefusal(held) ? statedOf(held, source.key) : null,
    supplementOf,
    duplicates: request.force ? ('warn' as const) : layout.day.duplicates,
  };
  return { verdict: 'convert', ...result, ...(await recordPlan(ports, execution, plan, cut.ranges)) };
}

async function requestedLayout(ports: PipelinePorts, request: ConvertRequest) {
  const whole = await loadLayout(ports.layouts, request.layout, request.compression);
  if (request.supplementOf === undefined) return whole;
  return { file: whole.file, ...detailLayout(whole.text, whole.file) };
}

function statedOf({ manifest }: DayTerms, sourceKey: string): FilePlan['dayManifest'] {
  const entry = manifest && manifestEntryOf(manifest.file, sourceKey);
  return entry ? { key: manifest.key, entry, values: manifestTotals(entry) } : null;
}

/** A file that is refused before its date is known has none; every other needs one. */
function businessDateOf(
  request: ConvertRequest,
  source: ObjectInfo,
  layout: Layout,
  geometry: FileGeometry | Refusal,
): { businessDate: string | null; warnings: string[]; refusal?: Refusal } {
  const field = layout.businessDate?.headerField;
  const header = (!isRefusal(geometry) && field && geometry.header?.values[field]?.text) || undefined;
  const resolved = resolveBusinessDate({ requested: request.businessDate, sourceKey: source.key, header });
  if (!resolved) {
    if (isRefusal(geometry)) return { businessDate: null, warnings: [] };
    throw new BusinessDateUnknown({
      what: 'nothing says which business date this file belongs to',
      where: source.key,
      why: 'neither its key (year=/month=/day=), nor eight digits of its name, nor a header field of the layout does',
      next: 'Pass --business-date yyyy-MM-dd, or name the header field in "businessDate" of the layout.',
    });
  }
  const { businessDate, origin } = resolved;
  if (header === undefined || header === businessDate) return { businessDate, warnings: [] };
  const difference = `its header says ${header}, and its ${origin} says ${businessDate}`;
  if (layout.businessDate?.onMismatch !== 'refuse') {
    return { businessDate, warnings: [`${source.key}: ${difference}`] };
  }
  return {
    businessDate,
    warnings: [],
    refusal: refuse('business-date-mismatch', {
      where: source.key,
      what: difference,
      next: 'Ask which is right; pass --business-date with a layout that only warns to load it all the same.',
    }),
  };
}

function planOf(
  { layout, source, identity, ports }: Claim,
  entry: LedgerEntry,
  { info, compression, controlFile }: OpenSource & Pick<FilePlan, 'controlFile'>,
  { geometry, ranges, chain }: CutFile,
  layoutFile: { file: string; text: string },
): FilePlan {
  const runId = runIdOf({
    dataset: layout.name,
    sourceKey: source.key,
    version: source.version,
    layoutFingerprint: layout.fingerprint,
    softwareVersion: SOFTWARE_VERSION,
    ranges,
    attempt: entry.attempt,
  });
  return {
    runId,
    dataset: layout.name,
    sourceKey: source.key,
    sourceId: identity.sourceId,
    version: source.version,
    pin: source.pin,
    sizeBytes: info.sizeBytes,
    compression,
    businessDate: identity.businessDate!,
    ledgerKey: identity.ledgerKey,
    attempt: entry.attempt,
    softwareVersion: SOFTWARE_VERSION,
    layout: { ...layoutFile, fingerprint: layout.fingerprint },
    geometry: { terminatorBytes: geometry.terminatorBytes, strideBytes: geometry.strideBytes },
    chain,
    leadingBytes: geometry.leadingBytes,
    header: geometry.header,
    trailer: geometry.trailer,
    controlFile,
    remainder: geometry.remainder,
    rangeCount: ranges.length,
    wholePartBytes: ports.settings.wholePartBytes,
    startedAt: ports.clock.now().toISOString(),
  };
}

async function recordPlan(
  ports: PipelinePorts,
  execution: string,
  plan: FilePlan,
  ranges: ByteRange[],
): Promise<
  Pick<
    SplitResult,
    | 'runId'
    | 'planKey'
    | 'rangesKey'
    | 'rangeCount'
    | 'mergesKey'
    | 'parseResultsPrefix'
    | 'mergeResultsPrefix'
  >
> {
  const keys = runKeys(plan.runId);
  const planned: PlannedRange[] = ranges.map((range, rangeIndex) => ({ rangeIndex, ...range }));
  await writeJson(ports.lake, keys.plan, plan);
  await writeJson(ports.lake, keys.ranges, planned);
  const at = ports.clock.now().toISOString();
  await updateEntry(ports.lake, plan.ledgerKey, (current) => {
    // Another execution of the same run is further already: who comes late must not take it back.
    if (current?.runId === plan.runId && current.state !== 'splitting') return current;
    const isFree =
      current?.execution === execution || current?.runId === null || current?.runId === plan.runId;
    if (!current || current.version !== plan.version || !isFree) {
      throw takenOver(plan.ledgerKey, current, plan.runId);
    }
    return advanced(current, 'parsing', at, { runId: plan.runId });
  });
  return {
    runId: plan.runId,
    planKey: keys.plan,
    rangesKey: keys.ranges,
    rangeCount: ranges.length,
    mergesKey: keys.merges,
    parseResultsPrefix: keys.parseResults,
    mergeResultsPrefix: keys.mergeResults,
  };
}
