import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { type ReconcileResult, reconcileFile } from '../../shared/pipeline/reconcile/reconcile-file.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';

export interface ReconcilerEvent {
  planKey: string;
}

/** State Reconcile: checks that the file balances, and plans the merged files. */
export function createReconciler(ports: PipelinePorts) {
  return ({ planKey }: ReconcilerEvent): Promise<ReconcileResult> => reconcileFile(ports, planKey);
}

export function reconcilerFigures(_event: ReconcilerEvent, result: ReconcileResult): InvocationFigures {
  const { dataset, sourceKey, runId, verdict, refusal } = result;
  return { dataset, facts: { sourceKey, runId, verdict, refusal: refusal?.code } };
}
