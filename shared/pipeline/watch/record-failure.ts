import { executionKey, runKeys } from '../../keys/run-keys.ts';
import { executionIdOf } from '../../keys/source-id.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { executionPointerShape } from '../../run/execution-pointer.ts';
import { type FailureCause, firstFailedChild, MAP_FAILED, readCause } from '../../run/failure-cause.ts';
import { advanced, isFinal, type LedgerEntry } from '../../run/ledger-entry.ts';
import { findJson } from '../store/json-object.ts';
import { readEntry, updateEntry } from '../store/ledger.ts';

/** How an execution ended, as EventBridge reports it. */
export interface ExecutionEnded {
  /** ARN, or the local runner's id. */
  execution: string;
  status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  error: string;
  cause: string;
  /** What the execution was started with, as far as it is known. */
  request?: { layout?: string; sourceKey?: string } | undefined;
}

/** The name of the Fail state's error: the ledger has the refusal by then, and people know. */
const REFUSED = 'FileRefused';

/**
 * Marks the ledger entry of an execution that failed, and tells people. Safe to call twice: the telling is noted in the entry, behind
 * it. An execution that another took over from is silent; one that failed before it had an entry, or behind the loading, is told
 * without a mark. Answers whether the entry is marked.
 */
export async function recordFailure(ports: PipelinePorts, ended: ExecutionEnded): Promise<boolean> {
  if (ended.error === REFUSED) return false;
  const { lake, clock } = ports;
  const pointer = await findJson(lake, executionKey(executionIdOf(ended.execution)), executionPointerShape);
  const standing = pointer && (await readEntry(lake, pointer.ledgerKey));
  const failure = await causeOf(ports, ended, standing);
  if (!pointer || !standing?.history.some(({ execution }) => execution === ended.execution)) {
    const { layout = 'unknown', sourceKey = 'a file' } = ended.request ?? {};
    await tell(ports, ended, failure, { dataset: standing?.dataset ?? layout, sourceKey });
    return false;
  }
  const isOurs = (entry: LedgerEntry | undefined) => entry?.execution === ended.execution;
  const entry = await updateEntry(lake, pointer.ledgerKey, (current) =>
    !current || !isOurs(current) || isFinal(current.state)
      ? current
      : advanced(current, 'failed', clock.now().toISOString(), { failure }),
  );
  const isMarked = isOurs(entry) && entry?.state === 'failed';
  if (!entry || !isOurs(entry) || entry.told) return isMarked;
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

/** A failed map says only that it failed; what its child failed of stands in the results it wrote. */
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
      ? 'The file is loaded, and what comes behind that failed: the day may not be published yet.'
      : 'Nothing of this run was published; what readers see is as it was.';
  await ports.metrics.record(about.dataset, [{ name: 'FilesFailed', unit: 'Count', value: 1 }]);
  await ports.notifier.notify({
    kind: 'failure',
    subject: `Failed: ${about.sourceKey}`.slice(0, 100),
    message: `${about.sourceKey}: the conversion ended as ${status}. ${message} (${name}, execution ${execution}). ${outcome} Once the cause is mended, redrive the execution: only what failed runs again.`,
  });
}
