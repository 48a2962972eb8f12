import type { FilePlan, PlannedRange } from '../control/file-plan.ts';
import { advanced, isFinal, type LedgerEntry } from '../control/ledger-entry.ts';
import type { Refusal } from '../control/refusal.ts';
import { BusinessDateUnknown, SourceNotFound, UsageError } from '../errors.ts';
import { isBusinessDate, resolveBusinessDate } from '../keys/business-date.ts';
import { ledgerEntryKey } from '../keys/lake-keys.ts';
import { executionKey, runKeys } from '../keys/run-keys.ts';
import { executionIdOf, runIdOf, sourceIdOf } from '../keys/source-id.ts';
import { COMPRESSIONS, type Compression, type Layout } from '../layout/layout.ts';
import type { ObjectInfo } from '../ports/object-store.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import { SOFTWARE_VERSION } from '../version.ts';
import { alignRanges } from './align-ranges.ts';
import { type FileGeometry, GeometryProbe, isRefusal } from './file-geometry.ts';
import { writeJson } from './json-object.ts';
import { updateEntry } from './ledger.ts';
import { loadLayout } from './load-layout.ts';
import type { PipelinePorts } from './pipeline-ports.ts';

/** What starts an execution; an operator types it into the console to run a file again. */
export interface ConvertRequest {
  /** Name of a layout. */
  layout: string;
  sourceKey: string;
  /** yyyy-MM-dd; else key, name or header say it. */
  businessDate?: string;
  rangeSizeBytes?: number;
  /** In place of the layout's. */
  compression?: Compression;
  /** Convert again what is already loaded. */
  force?: boolean;
}

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
 * `BusinessDateUnknown`, `SourceChanged`; a file that cannot be converted is a verdict.
 */
export async function splitFile(
  ports: PipelinePorts,
  execution: string,
  request: ConvertRequest,
): Promise<SplitResult> {
  checkRequest(request);
  const { file, text, layout } = await loadLayout(ports.layouts, request.layout, request.compression);
  const source = await ports.raw.head(request.sourceKey);
  if (!source) {
    throw new SourceNotFound({
      what: 'there is no such input file',
      where: request.sourceKey,
      next: 'Check the name; a folder must be given as the files in it.',
    });
  }
  const geometry = await new GeometryProbe(ports.raw, source, layout).probe();
  const business = businessDateOf(request, source, layout, geometry);
  const { businessDate, warnings } = business;
  const identity = {
    dataset: layout.name,
    sourceKey: source.key,
    sourceId: sourceIdOf(source.key),
    ledgerKey: ledgerEntryKey(layout.name, businessDate, sourceIdOf(source.key)),
    businessDate,
  };
  const claim = { ports, execution, request, layout, source, identity, warnings };
  await writeJson(ports.lake, executionKey(executionIdOf(execution)), { ledgerKey: identity.ledgerKey });

  const entry = await claimFile(claim);
  const result = {
    dataset: layout.name,
    sourceKey: source.key,
    ledgerKey: identity.ledgerKey,
    businessDate,
  };
  if (entry.state === 'loaded') return { verdict: 'already-loaded', ...result };
  const refusal = isRefusal(geometry) ? geometry : business.refusal;
  if (refusal) return { verdict: 'refused', ...result, refusal };
  const found = geometry as FileGeometry;
  const rangeSizeBytes = request.rangeSizeBytes ?? ports.settings.rangeSizeBytes;
  const ranges = await alignRanges(ports.raw, source, layout, found, rangeSizeBytes);
  if (!Array.isArray(ranges)) return { verdict: 'refused', ...result, refusal: ranges };
  const plan = planOf(claim, entry, found, ranges, { file, text });
  return { verdict: 'convert', ...result, ...(await recordPlan(ports, plan, ranges)) };
}

function checkRequest(request: ConvertRequest): void {
  const { businessDate, rangeSizeBytes, compression } = request;
  if (businessDate !== undefined && !isBusinessDate(businessDate)) {
    throw new UsageError({
      what: `'${businessDate}' is no business date`,
      next: 'Give a day that exists between 1990 and 2100 as yyyy-MM-dd.',
    });
  }
  if (compression !== undefined && !COMPRESSIONS.includes(compression)) {
    throw new UsageError({
      what: `'${compression}' is no compression`,
      next: `Give one of ${COMPRESSIONS.join(', ')}.`,
    });
  }
  if (rangeSizeBytes !== undefined && !(Number.isInteger(rangeSizeBytes) && rangeSizeBytes > 0)) {
    throw new UsageError({
      what: `a range size of ${rangeSizeBytes} bytes is none`,
      next: 'Give a whole number of bytes, or a size such as 128MiB.',
    });
  }
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
  const message = `${source.key}: its header says ${header}, and its ${origin} says ${businessDate}`;
  if (layout.businessDate?.onMismatch !== 'refuse') return { businessDate, warnings: [message] };
  return {
    businessDate,
    warnings: [],
    refusal: {
      code: 'business-date-mismatch',
      message: `${message}. Nothing was published. Ask which is right; pass --business-date with a layout that only warns to load it all the same.`,
    },
  };
}

interface Claim {
  ports: PipelinePorts;
  execution: string;
  request: ConvertRequest;
  layout: Layout;
  source: ObjectInfo;
  identity: {
    dataset: string;
    sourceKey: string;
    sourceId: string;
    ledgerKey: string;
    businessDate: string | null;
  };
  warnings: string[];
}

/**
 * Makes the ledger entry this execution's own, in state `splitting`; an entry in state `loaded` comes back where this very
 * version is loaded already. A forced run raises the attempt, once for an execution.
 */
async function claimFile({
  ports,
  execution,
  request,
  layout,
  source,
  identity,
  warnings,
}: Claim): Promise<LedgerEntry> {
  const at = ports.clock.now().toISOString();
  let alreadyLoaded: LedgerEntry | undefined;
  const entry = await updateEntry(ports.lake, identity.ledgerKey, (current) => {
    const { loaded } = current ?? {};
    const same = loaded?.version === source.version && loaded.layoutFingerprint === layout.fingerprint;
    alreadyLoaded = current && same && !request.force ? current : undefined;
    if (alreadyLoaded) return current;
    const mine = current?.execution === execution && !isFinal(current.state);
    const attempt = (current?.attempt ?? 0) + (request.force && current && !mine ? 1 : 0);
    const { ledgerKey: _key, ...ids } = identity;
    const base: LedgerEntry = {
      ...ids,
      version: source.version,
      inputBytes: source.sizeBytes,
      state: 'splitting',
      runId: null,
      attempt,
      execution,
      layout: { name: layout.name, fingerprint: layout.fingerprint },
      softwareVersion: SOFTWARE_VERSION,
      history: current?.history ?? [],
      updatedAt: at,
      loaded,
      ...(warnings.length > 0 ? { warnings } : {}),
    };
    return advanced(base, 'splitting', at);
  });
  return alreadyLoaded ? { ...alreadyLoaded, state: 'loaded' } : entry!;
}

function planOf(
  { layout, source, identity, ports }: Claim,
  entry: LedgerEntry,
  geometry: FileGeometry,
  ranges: ByteRange[],
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
    sizeBytes: source.sizeBytes,
    businessDate: identity.businessDate!,
    ledgerKey: identity.ledgerKey,
    attempt: entry.attempt,
    softwareVersion: SOFTWARE_VERSION,
    layout: { ...layoutFile, fingerprint: layout.fingerprint },
    geometry: { terminatorBytes: geometry.terminatorBytes, strideBytes: geometry.strideBytes },
    header: geometry.header,
    trailer: geometry.trailer,
    remainder: geometry.remainder,
    rangeCount: ranges.length,
    wholePartBytes: ports.settings.wholePartBytes,
    startedAt: ports.clock.now().toISOString(),
  };
}

async function recordPlan(
  ports: PipelinePorts,
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
  await updateEntry(ports.lake, plan.ledgerKey, (current) =>
    advanced(current!, 'parsing', ports.clock.now().toISOString(), { runId: plan.runId }),
  );
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
