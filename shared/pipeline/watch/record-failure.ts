import { executionKey, failedExecutionKey, runKeys } from '../../keys/run-keys.ts';
import { executionIdOf } from '../../keys/source-id.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { type FailedBeforeEntry, withFailed } from '../../run/ended-executions.ts';
import {
  type ExecutionPointer,
  executionPointerShape,
  failedUnclaimed,
} from '../../run/execution-pointer.ts';
import { type FailureCause, firstFailedChild, MAP_FAILED, readCause } from '../../run/failure-cause.ts';
import { advanced, isFinal, type LedgerEntry } from '../../run/ledger-entry.ts';
import { findJson, unlessDamaged, writeJson } from '../store/json-object.ts';
import { readEntry, updateEntry } from '../store/ledger.ts';

/** The end of an execution, as EventBridge reports it. */
export interface ExecutionEnded {
  /** ARN, or the local runner's id. */
  execution: string;
  /** FAILED, TIMED_OUT or ABORTED; the event rule lets no other through. */
  status: string;
  error: string;
  cause: string;
  /** How often it had been redriven. */
  redriveCount: number;
  /** The execution's input, as far as it is known. */
  request?: { layout?: string; sourceKey?: string } | undefined;
}

/** Error name of the state machine's Fail state: by then the ledger has the refusal, and people know. */
export const REFUSED = 'FileRefused';

/**
 * Marks the ledger entry of an execution that failed, and tells people. Safe to call twice: the entry notes afterwards that people were
 * told. Nobody is told if another execution took over the file, or if the file was refused: then people know. If the execution failed before
 * it knew which file it would claim, or after the file was loaded, people are told and nothing is marked. In any case the entry notes that the execution
 * failed, so that a late call of it does not claim the file any more. Answers whether the entry is marked.
 */
export async function recordFailure(ports: PipelinePorts, ended: ExecutionEnded): Promise<boolean> {
  const { lake, clock } = ports;
  const isRefused = ended.error === REFUSED;
  // People are told of a failure also if nobody can read what the execution worked on: that may be why it failed.
  let { pointer, standing } = await workOf(ports, ended);
  const failure = await causeOf(ports, ended, standing);
  if (!standing) {
    await noteFailedBefore(ports, ended, failure);
    // A split says what it will claim before it looks for the note: either of the two sees the other.
    ({ pointer, standing } = await workOf(ports, ended));
    if (!isRefused) standing ??= await claimAsFailed(ports, ended, pointer, failure);
  }
  const noteFailed = (current: LedgerEntry | undefined) =>
    current && withFailed(current, ended.execution, ended.redriveCount);
  if (!pointer || !standing?.history.some(({ execution }) => execution === ended.execution)) {
    if (pointer && standing) await updateEntry(lake, pointer.ledgerKey, noteFailed);
    if (isRefused) return false;
    const { layout = 'unknown', sourceKey = 'a file' } = ended.request ?? {};
    await tell(ports, ended, failure, { dataset: standing?.dataset ?? layout, sourceKey });
    return false;
  }
  const isOurs = (entry: LedgerEntry | undefined) => entry?.execution === ended.execution;
  const entry = await updateEntry(lake, pointer.ledgerKey, (current) => {
    const noted = noteFailed(current);
    if (!noted || !isOurs(noted) || isFinal(noted.state)) return noted;
    return advanced(noted, 'failed', clock.now().toISOString(), { failure });
  });
  const isMarked = isOurs(entry) && entry?.state === 'failed';
  if (!entry || !isOurs(entry) || entry.told || isRefused) return isMarked;
  await tell(
    ports,
    ended,
    entry.refusal ? { name: REFUSED, message: entry.refusal.message } : failure,
    entry,
  );
  const told = clock.now().toISOString();
  await updateEntry(lake, pointer.ledgerKey, (current) =>
    current && isOurs(current) ? { ...current, told } : current,
  );
  return isMarked;
}

/** What the execution works on, as far as it can be read. */
async function workOf({ lake }: PipelinePorts, { execution }: ExecutionEnded) {
  const pointer = await unlessDamaged(
    findJson(lake, executionKey(executionIdOf(execution)), executionPointerShape),
  );
  return { pointer, standing: pointer && (await unlessDamaged(readEntry(lake, pointer.ledgerKey))) };
}

/** No entry can say that the execution failed: a late call of it would make one, and leave it in work. */
async function noteFailedBefore(
  { lake, clock }: PipelinePorts,
  { execution, redriveCount }: ExecutionEnded,
  failure: FailureCause,
): Promise<void> {
  const note: FailedBeforeEntry = { execution, redriveCount, failure, at: clock.now().toISOString() };
  await writeJson(lake, failedExecutionKey(executionIdOf(execution)), note);
}

/** Makes the entry that a late call of the execution could still make, unless there is one by now: so it can only be found failed. */
async function claimAsFailed(
  { lake, clock }: PipelinePorts,
  ended: ExecutionEnded,
  pointer: ExecutionPointer | undefined,
  failure: FailureCause,
): Promise<LedgerEntry | undefined> {
  const { ledgerKey, file } = pointer ?? {};
  if (ledgerKey === undefined || !file) return undefined;
  const at = clock.now().toISOString();
  return unlessDamaged(
    updateEntry(lake, ledgerKey, (current) => current ?? failedUnclaimed(file, ended, failure, at)),
  );
}

/** The error of a failed map only says that it failed; the cause of its child's failure is in the results that it wrote. */
async function causeOf(
  { lake }: PipelinePorts,
  { error, cause }: ExecutionEnded,
  entry: LedgerEntry | undefined,
): Promise<FailureCause> {
  if (error !== MAP_FAILED || !entry?.runId) return readCause(error, cause);
  let child: FailureCause | undefined;
  for await (const { key } of lake.list(`${runKeys(entry.runId).root}results/`)) {
    if (!/\/FAILED_\d+\.json$/.test(key)) continue;
    const stored = await lake.get(key);
    child = (stored && firstFailedChild(new TextDecoder().decode(stored.bytes))) ?? child;
  }
  return child ?? readCause(error, cause);
}

async function tell(
  ports: PipelinePorts,
  { execution, status }: ExecutionEnded,
  { name, message }: FailureCause,
  about: Pick<LedgerEntry, 'dataset' | 'sourceKey'> & Partial<LedgerEntry>,
): Promise<void> {
  const outcome =
    about.state === 'loaded'
      ? 'The file is loaded, and a later step failed: the day may not be published yet.'
      : 'Nothing of this run was published; readers see what they saw before.';
  await ports.metrics.record(about.dataset, [{ name: 'FilesFailed', unit: 'Count', value: 1 }]);
  await ports.notifier.notify({
    kind: 'failure',
    subject: `Failed: ${about.sourceKey}`.slice(0, 100),
    message: `${about.sourceKey}: the conversion ended as ${status}. ${message} (${name}, execution ${execution}). ${outcome} Once the cause is removed, redrive the execution: only the failed steps run again.`,
  });
}
