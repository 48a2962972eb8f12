import { ledgerEntryKey } from '../../keys/lake-keys.ts';
import { failedExecutionKey } from '../../keys/run-keys.ts';
import { executionIdOf, sourceIdOf } from '../../keys/source-id.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectInfo } from '../../ports/object-store.ts';
import type { SplitPorts } from '../../ports/pipeline-ports.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { correctedVersion } from '../../run/corrected-version.ts';
import {
  type FailedBeforeEntry,
  failedBeforeEntryShape,
  hasEnded,
  hasFailed,
} from '../../run/ended-executions.ts';
import type { SupplementedRun } from '../../run/file-plan.ts';
import {
  advanced,
  isFinal,
  isLoaded,
  type LedgerEntry,
  type LoadedEntry,
  supplementedRun,
} from '../../run/ledger-entry.ts';
import { withLoadedAgain } from '../../run/loaded-again.ts';
import {
  type FileContent,
  holds,
  isContentOf,
  isVersionOf,
  isVersionTaken,
} from '../../run/source-content.ts';
import { duplicateRefusal, findSameContent } from '../store/content-claim.ts';
import { findJson, unlessDamaged } from '../store/json-object.ts';
import { givenUp, readEntry, takenOver, updateEntry } from '../store/ledger.ts';
import { settleLastRollback } from '../store/settle-rollback.ts';
import type { ConvertRequest } from './convert-request.ts';
import { keyTaken } from './key-owner.ts';

/** A file that an execution is about to claim. */
export interface Claim {
  ports: SplitPorts;
  execution: string;
  /** How often the execution was redriven; undefined in executions of an earlier version, which do not say it. */
  redriveCount: number | undefined;
  request: ConvertRequest;
  layout: Layout;
  layoutFile: { file: string; text: string };
  source: ObjectInfo;
  identity: {
    dataset: string;
    sourceKey: string;
    sourceId: string;
    ledgerKey: string;
    businessDate: string | null;
  };
  warnings: string[];
  supplementOf: SupplementedRun | undefined;
}

/**
 * Claims the ledger entry for this execution, in state `splitting`. Returns an entry in state `loaded` if this version is
 * loaded already. A forced run raises the attempt, once for each execution. A file whose key belongs to another is refused, and the entry
 * of the other stays as it is; `content` proves that it is the loaded file, though its version or its place is another. Fails with
 * `RunInconsistent` if the execution was given up, or another one took the file over.
 */
export async function claimFile(
  claim: Claim,
  content: FileContent | undefined,
): Promise<LedgerEntry | Refusal> {
  const { ports, execution, source, identity } = claim;
  const at = ports.clock.now().toISOString();
  if (await failedBefore(claim)) throw givenUp(identity.ledgerKey, execution);
  let alreadyLoaded: LoadedEntry | undefined;
  let taken: Refusal | undefined;
  const change = (current: LedgerEntry | undefined): LedgerEntry | undefined => {
    taken = keyTaken(current, claim, content);
    if (taken) return current;
    alreadyLoaded = loadedBefore(current, claim, content);
    if (!alreadyLoaded) return claimedEntry(current, claim, at);
    const loadedAgain = withLoadedAgain(alreadyLoaded, source.version, execution, at);
    const origin = source.origin ?? loadedAgain.origin;
    const isNew = !isVersionOf(alreadyLoaded.loaded, source.version);
    if (origin === loadedAgain.origin && !isNew) return loadedAgain;
    // The next time its version says it, and nothing is read.
    const loaded = isNew ? { ...alreadyLoaded.loaded, seenAs: source.version } : alreadyLoaded.loaded;
    return { ...loadedAgain, loaded, origin };
  };
  const entry = await updateEntry(ports.lake, identity.ledgerKey, change, claim.request.force);
  return taken ?? (alreadyLoaded ? { ...alreadyLoaded, state: 'loaded' } : entry!);
}

/**
 * The note that this execution failed when the ledger had no entry of the file which could say so; undefined if there is none. Whoever notes
 * it looks afterwards for what the execution is about to claim, and claims it as failed: so a claim that missed the note finds an entry that
 * says it.
 */
async function failedBefore({
  ports,
  execution,
  redriveCount,
}: Claim): Promise<FailedBeforeEntry | undefined> {
  if (redriveCount === undefined) return undefined;
  const noted = await unlessDamaged(
    findJson(ports.lake, failedExecutionKey(executionIdOf(execution)), failedBeforeEntryShape),
  );
  return noted && hasFailed({ failedExecutions: [noted] }, execution, redriveCount) ? noted : undefined;
}

/** The entry, if this version is loaded already and need not be converted again. */
function loadedBefore(
  current: LedgerEntry | undefined,
  { request, layout, source }: Claim,
  content: FileContent | undefined,
): LoadedEntry | undefined {
  const { loaded } = current ?? {};
  const sameBytes = content ? isContentOf(loaded, content) : isVersionOf(loaded, source.version);
  const same = sameBytes && loaded?.layoutFingerprint === layout.fingerprint;
  return current && isLoaded(current) && same && !request.force ? current : undefined;
}

function claimedEntry(current: LedgerEntry | undefined, claim: Claim, at: string): LedgerEntry {
  const { ports, execution, request, layout, source, identity, warnings, supplementOf } = claim;
  if (current && hasEnded(current, execution, claim.redriveCount))
    throw givenUp(identity.ledgerKey, execution);
  const mine = current?.execution === execution;
  // A run whose file is loaded is never taken up again: `clean` may remove it without asking anybody.
  const isAnother = current !== undefined && (request.force || current.state === 'loaded');
  const attempt = (current?.attempt ?? 0) + (isAnother && !mine ? 1 : 0);
  // Another execution works on the same conversion: both write the same bytes to the same keys, so neither must fail.
  const shared =
    !request.force &&
    current?.version === source.version &&
    current.layout.fingerprint === layout.fingerprint &&
    !isFinal(current.state);
  // This execution was given up and another one took over: a late call must not take the file back. If the other works on the same run,
  // this one may go on beside it; but people are told of the end of the one that the entry names, so it stays.
  const wasOurs = current?.history.some((step) => step.execution === execution);
  if (current && wasOurs && !mine && !isFinal(current.state)) {
    if (shared) return current;
    throw takenOver(identity.ledgerKey, current, `of ${execution}`);
  }
  const { ledgerKey: _key, ...ids } = identity;
  const base: LedgerEntry = {
    ...ids,
    ...(source.origin === undefined ? {} : { origin: source.origin }),
    version: source.version,
    inputBytes: source.sizeBytes,
    state: 'splitting',
    runId: shared ? current.runId : null,
    attempt,
    execution,
    layout: { name: layout.name, fingerprint: layout.fingerprint },
    terms: current?.terms,
    softwareVersion: ports.settings.softwareVersion,
    history: current?.history ?? [],
    updatedAt: at,
    loaded: current?.loaded,
    rolledBack: current?.rolledBack,
    failedExecutions: current?.failedExecutions,
    supplementOf,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
  return advanced(base, 'splitting', at);
}

/** Finds the loaded file whose rejected records this one brings corrected; a refusal if there is no such file. */
export async function supplementedFile(
  ports: SplitPorts,
  { supplementOf, sourceKey }: ConvertRequest,
  { dataset, businessDate }: Claim['identity'],
): Promise<SupplementedRun | Refusal | undefined> {
  if (supplementOf === undefined) return undefined;
  if (businessDate !== null) await settleLastRollback(ports, dataset, businessDate);
  const entry = await readEntry(ports.lake, ledgerEntryKey(dataset, businessDate, sourceIdOf(supplementOf)));
  const corrected = entry && supplementedRun(entry);
  if (corrected || entry?.sourceKey === sourceKey) {
    return refuse('supplement-unknown', {
      where: sourceKey,
      what: `it brings corrected records of ${supplementOf}, and that is ${corrected ? `a supplement of ${corrected.sourceKey}` : 'the file itself'}`,
      next: 'Name the file whose own records were rejected.',
    });
  }
  if (entry?.loaded) return correctedVersion(entry.sourceKey, entry.loaded);
  return refuse('supplement-unknown', {
    where: sourceKey,
    what: `it brings corrected records of ${supplementOf}, and no such file is loaded for ${businessDate ?? 'no date'}`,
    next: 'Give the source key as status shows it, and the business date.',
  });
}

/** Refuses a version that was rolled back, unless the run is forced, or it was loaded again since: then only its layout is another. */
export function rolledBackRefusal(
  entry: LedgerEntry,
  request: ConvertRequest,
  content: FileContent | undefined,
): Refusal | undefined {
  const { loaded, version, rolledBack = [] } = entry;
  const again = isVersionOf(loaded, version) || isContentOf(loaded, content) ? loaded : undefined;
  const taken = rolledBack.findLast(
    (known) =>
      !request.force &&
      (isVersionTaken(known, version) || holds(known, content)) &&
      !(again && again.loadedAt > known.at),
  );
  return (
    taken &&
    refuse('rolled-back', {
      where: entry.sourceKey,
      what: `this version was rolled back at ${taken.at} (${taken.reason})`,
      why: 'A version that was rolled back is not loaded again automatically.',
      next:
        request.supplementOf === undefined
          ? 'Send a corrected file, or convert this one with --force.'
          : `Send corrected records in another file; if ${request.supplementOf} still rejects these, and no other file brings them, --force loads this one.`,
    })
  );
}

/** Refuses a duplicate before a byte of it is parsed, if the store keeps checksums. */
export async function duplicateOfStored({
  ports,
  source,
  identity,
  layout,
  request,
}: Claim): Promise<Refusal | undefined> {
  const { dataset, businessDate, ledgerKey } = identity;
  if (source.crc64nvme === undefined || businessDate === null) return undefined;
  if (layout.day.duplicates === 'warn' || request.force) return undefined;
  // Of a supplement it is judged with what the others of its file bring.
  if (request.supplementOf !== undefined) return undefined;
  const other = await findSameContent(ports, {
    dataset,
    sizeBytes: source.sizeBytes,
    checksum: source.crc64nvme,
    sourceKey: source.key,
    businessDate,
    ledgerKey,
    runId: null,
  });
  return other && duplicateRefusal(source.key, other);
}
