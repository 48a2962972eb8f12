import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { type FinalizeResult, finalizeFile } from '../../shared/pipeline/finalize/finalize-file.ts';
import { type FinalizeInput, finalizeInputSchema } from '../../shared/pipeline/finalize/finalize-input.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { eventReader } from '../read-event.ts';

export const readFinalizerEvent = eventReader('finalizer', finalizeInputSchema);

/** States Finalize, RecordRefusal and ConfirmPublished: ledger, publication, metrics, notification. */
export function createFinalizer(ports: PipelinePorts) {
  return (event: FinalizeInput): Promise<FinalizeResult> => finalizeFile(ports, event);
}

export function finalizerFigures(event: FinalizeInput, result: FinalizeResult): InvocationFigures {
  const { dataset, sourceKey, runId, businessDate } = event;
  const { status, day } = result;
  const facts = { sourceKey, runId, businessDate, status, published: day?.published, commit: day?.commit };
  return { dataset, facts };
}
