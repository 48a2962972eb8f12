import * as z from 'zod';
import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { type ReconcileResult, reconcileFile } from '../../shared/pipeline/reconcile/reconcile-file.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { eventReader } from '../read-event.ts';

const schema = z.object({
  planKey: z.string(),
  // Executions that an earlier version of the state machine began do not say them.
  execution: z.string().optional(),
  redriveCount: z.number().int().nonnegative().optional(),
});

type ReconcilerEvent = z.infer<typeof schema>;

export const readReconcilerEvent = eventReader('reconciler', schema);

/** State Reconcile: checks that the file balances, and plans the merged files. */
export function createReconciler(ports: PipelinePorts) {
  return ({ planKey, execution, redriveCount }: ReconcilerEvent): Promise<ReconcileResult> => {
    const isKnown = execution !== undefined && redriveCount !== undefined;
    return reconcileFile(ports, planKey, isKnown ? { execution, redriveCount } : undefined);
  };
}

export function reconcilerFigures(_event: ReconcilerEvent, result: ReconcileResult): InvocationFigures {
  const { dataset, sourceKey, runId, verdict } = result;
  const refusal = result.verdict === 'refused' ? result.refusal.code : undefined;
  return { dataset, facts: { sourceKey, runId, verdict, refusal } };
}
