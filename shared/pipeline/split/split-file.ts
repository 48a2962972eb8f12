import { type DayTerms, expectationOfTerms } from '../../day/day-terms.ts';
import { SourceNotFound } from '../../errors.ts';
import { ledgerEntryKey } from '../../keys/lake-keys.ts';
import { executionKey } from '../../keys/run-keys.ts';
import { executionIdOf, sourceIdOf } from '../../keys/source-id.ts';
import { detailLayout } from '../../layout/compile/detail-layout.ts';
import type { ObjectInfo } from '../../ports/object-store.ts';
import type { SplitPorts } from '../../ports/pipeline-ports.ts';
import { isRefusal, type Refusal } from '../../refusal.ts';
import type { ExecutionPointer } from '../../run/execution-pointer.ts';
import type { LedgerEntry } from '../../run/ledger-entry.ts';
import type { FileContent } from '../../run/source-content.ts';
import { layoutFieldIds } from '../store/field-ids.ts';
import { writeJson } from '../store/json-object.ts';
import { readTerms } from '../store/kept-terms.ts';
import { readEntry } from '../store/ledger.ts';
import { loadLayout } from '../store/load-layout.ts';
import type { Numbered } from '../store/numbered-object.ts';
import { refusingDamage } from '../store/open-source.ts';
import { restoreOwners } from '../store/restored-owners.ts';
import { settleLastRollback } from '../store/settle-rollback.ts';
import { refuseTaken } from '../store/table-owner.ts';
import {
  type Claim,
  claimFile,
  duplicateOfStored,
  rolledBackRefusal,
  supplementedFile,
} from './claim-file.ts';
import type { ConvertRequest } from './convert-request.ts';
import { cutFile } from './cut-file.ts';
import { dateFile, type FileDate } from './date-file.ts';
import { findControlFile } from './find-control-file.ts';
import { holdToTables } from './hold-to-tables.ts';
import { plannedTerms, recordTerms, refusedByTerms, statedInTerms } from './hold-to-terms.ts';
import { contentIfUnsure } from './key-owner.ts';
import { outsideChecksums } from './outside-checksums.ts';
import { type PlannedFile, planFile, type RecordedPlan, recordPlan } from './plan-file.ts';
import { probeFile, type ReadableFile } from './probe-file.ts';
import { rangeBytesOf } from './range-size.ts';

/** The answer that travels to the next state: keys and a verdict. */
export type SplitResult =
  | ({ verdict: 'convert'; businessDate: string } & SplitSource & RecordedPlan)
  | ({ verdict: 'already-loaded'; businessDate: string | null } & SplitSource)
  | ({ verdict: 'refused'; businessDate: string | null; refusal: Refusal } & SplitSource);

interface SplitSource {
  dataset: string;
  sourceKey: string;
  ledgerKey: string;
}

/**
 * Claims a file in the ledger and plans its byte ranges. A file that cannot be converted is a verdict. Fails with
 * `SourceNotFound`, `LayoutInvalid`, `UsageError`, `BusinessDateUnknown`, `SourceChanged` and `ControlFileAwaited`. `redriveCount` says
 * how often the execution was redriven, if it is known.
 */
export async function splitFile(
  ports: SplitPorts,
  execution: string,
  request: ConvertRequest,
  redriveCount?: number,
): Promise<SplitResult> {
  const { layout, ...layoutFile } = await requestedLayout(ports, request);
  const source = await headSource(ports, request);
  const { file, warnings } = await probeFile(ports.raw, source, layout);
  const date = dateFile(request, layout, file, ports.clock.now());
  const { businessDate } = date;
  const sourceId = sourceIdOf(source.key);
  const ledgerKey = ledgerEntryKey(layout.name, businessDate, sourceId);
  const identity = { dataset: layout.name, sourceKey: source.key, sourceId, ledgerKey, businessDate };
  const tables = await holdToTables(ports, layout, source.key, businessDate);
  const parent = await supplementedFile(ports, request, identity);
  const claim: Claim = {
    ...{ ports, execution, redriveCount, request, layout, layoutFile, source, identity },
    warnings: [...date.warnings, ...warnings, ...tables.warnings],
    supplementOf: isRefusal(parent) ? undefined : parent,
  };
  await noteExecution(claim);
  const content = await contentIfUnsure(ports, ledgerKey, claim, file);
  const entry = await claimSettled(claim, content);
  const result = { dataset: layout.name, sourceKey: source.key, ledgerKey, businessDate };
  if (isRefusal(entry)) return { verdict: 'refused', ...result, refusal: entry };
  const terms =
    businessDate === null ||
    request.supplementOf !== undefined ||
    (tables.refusal && (await hasTerms(ports, identity)))
      ? undefined
      : await recordTerms(ports, layout, layoutFile, businessDate, source.key, request.force);
  if (entry.state === 'loaded') return { verdict: 'already-loaded', ...result };
  const planned = await planClaimed(claim, entry, {
    ...{ file, content, parent, date, terms },
    unfit: tables.refusal,
  });
  if (isRefusal(planned)) return { verdict: 'refused', ...result, refusal: planned };
  const recorded = await recordPlan(ports, execution, planned);
  return { verdict: 'convert', ...result, businessDate: planned.plan.businessDate, ...recorded };
}

/**
 * Claims the file. One that is loaded only because a rollback that took it back died half way is not called loaded, and what it took back is
 * known: another layout does not make a version of it that may be loaded without force.
 */
async function claimSettled(claim: Claim, content: FileContent | undefined): Promise<LedgerEntry | Refusal> {
  const claimed = await claimFile(claim, content);
  const { ports, identity } = claim;
  // Of a file that was never loaded nothing was taken back.
  if (isRefusal(claimed) || claimed.loaded === undefined || identity.businessDate === null) return claimed;
  const isRolledBack = await settleLastRollback(ports, identity.dataset, identity.businessDate);
  if (!isRolledBack) return claimed;
  if (claimed.state === 'loaded') return claimFile(claim, content);
  const { loaded, rolledBack } = (await readEntry(ports.lake, identity.ledgerKey)) ?? claimed;
  return { ...claimed, loaded, rolledBack };
}

/** The layout as the request wants it. A supplement has neither header nor trailer. */
async function requestedLayout({ layouts }: SplitPorts, request: ConvertRequest) {
  const whole = await loadLayout(layouts, request.layout, request.compression);
  if (request.supplementOf === undefined) return whole;
  return { file: whole.file, ...detailLayout(whole.text, whole.file) };
}

async function headSource({ raw }: SplitPorts, { sourceKey }: ConvertRequest): Promise<ObjectInfo> {
  const source = await raw.head(sourceKey);
  if (source) return source;
  throw new SourceNotFound({
    what: 'there is no such input file',
    where: sourceKey,
    next: 'Check the name, and whether somebody removed it; then run the same again.',
  });
}

/** A layout that does not fit must not become that of a day which other files have begun. */
async function hasTerms({ lake }: SplitPorts, { dataset, businessDate }: Claim['identity']) {
  return businessDate !== null && (await readTerms(lake, dataset, businessDate)) !== undefined;
}

/** Lets the watchdog, which only knows the execution, find the ledger entry. */
async function noteExecution({ ports, execution, identity, ...claim }: Claim): Promise<void> {
  const { layout, source, supplementOf } = claim;
  const { ledgerKey, ...ids } = identity;
  const pointer: ExecutionPointer = {
    ledgerKey,
    at: ports.clock.now().toISOString(),
    file: {
      ...ids,
      ...{ origin: source.origin, version: source.version, inputBytes: source.sizeBytes, supplementOf },
      layout: { name: layout.name, fingerprint: layout.fingerprint },
      softwareVersion: ports.settings.softwareVersion,
    },
  };
  await writeJson(ports.lake, executionKey(executionIdOf(execution)), pointer);
}

/** Plans a file that this execution claimed, or says the first reason to refuse it. */
async function planClaimed(
  claim: Claim,
  entry: LedgerEntry,
  found: {
    file: ReadableFile | Refusal;
    content: FileContent | undefined;
    parent: Claim['supplementOf'] | Refusal;
    date: FileDate;
    terms: Numbered<DayTerms> | Refusal | undefined;
    unfit: Refusal | undefined;
  },
): Promise<PlannedFile | Refusal> {
  const { ports, request, layout, source } = claim;
  const { file, content, parent, date, terms, unfit } = found;
  if (isRefusal(file)) return file;
  if (isRefusal(parent)) return parent;
  if (unfit) return unfit;
  if (date.businessDate === null) return date.refusal;
  if (date.refusal) return date.refusal;
  if (isRefusal(terms)) return terms;
  const early =
    // What no force helps against comes first: the other refusals say that force does.
    (terms && refusedByTerms(terms.value, source)) ??
    rolledBackRefusal(entry, request, content) ??
    // The store's checksum of a compressed file is not of the bytes that come out of it.
    (file.compression ? undefined : await duplicateOfStored(claim));
  if (early) return early;
  const controlFile = await findControlFile(ports.raw, source.key, layout);
  if (isRefusal(controlFile)) return controlFile;
  const { rangeSizeBytes, unevenParsers, expectedFiles } = ports.settings;
  const day = expectationOfTerms(terms?.value, layout.day, expectedFiles, date.businessDate);
  const fitting = rangeBytesOf(file.info.sizeBytes, rangeSizeBytes, day.files);
  const cut = await refusingDamage(source.key, async () => {
    const found = await cutFile(file, layout, request.rangeSizeBytes ?? fitting, unevenParsers);
    return isRefusal(found) ? found : { ...found, outside: await outsideChecksums(file, found.ranges) };
  });
  if (isRefusal(cut)) return cut;
  if (request.force) await restoreOwners(ports, layout);
  const taken = await refuseTaken(ports, layout, source.key);
  if (taken) return taken;
  return planFile(claim, entry, {
    ...{ file, cut, controlFile, businessDate: date.businessDate },
    outside: cut.outside,
    fieldIds: await layoutFieldIds(ports, layout, request.force === true),
    dayManifest: terms ? statedInTerms(terms.value, source.key) : null,
    terms: terms && plannedTerms(terms),
  });
}
