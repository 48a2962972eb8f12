import { advanced, isFinal } from '../control/ledger-entry.ts';
import { executionKey } from '../keys/run-keys.ts';
import { executionIdOf } from '../keys/source-id.ts';
import { fromJsonBytes } from './json-object.ts';
import { updateEntry } from './ledger.ts';
import type { PipelinePorts } from './pipeline-ports.ts';

/** How an execution ended, as EventBridge reports it. */
export interface ExecutionEnded {
  /** ARN, or the local runner's id. */
  execution: string;
  status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  error: string;
  cause: string;
}

/**
 * Marks the ledger entry of an execution that failed and tells people. An entry that names another execution, or is final already
 * (a refusal ends its execution as failed too), is left alone: answers false.
 */
export async function recordFailure(ports: PipelinePorts, ended: ExecutionEnded): Promise<boolean> {
  const pointer = await ports.lake.get(executionKey(executionIdOf(ended.execution)));
  if (!pointer) return false;
  const { ledgerKey } = fromJsonBytes<{ ledgerKey: string }>(pointer.bytes);
  const at = ports.clock.now().toISOString();
  let marked = false;
  const entry = await updateEntry(ports.lake, ledgerKey, (current) => {
    marked = current !== undefined && current.execution === ended.execution && !isFinal(current.state);
    if (!current || !marked) return current;
    return advanced(current, 'failed', at, { failure: { name: ended.error, message: ended.cause } });
  });
  if (!marked || !entry) return false;
  await ports.metrics.record(entry.dataset, [{ name: 'FilesFailed', unit: 'Count', value: 1 }]);
  await ports.notifier.notify({
    kind: 'failure',
    subject: `Failed: ${entry.sourceKey}`.slice(0, 100),
    message: `${ended.cause} (${ended.error}, execution ${ended.execution}). Nothing of this run was published. Once the cause is mended, redrive the execution: only what failed runs again.`,
  });
  return true;
}
