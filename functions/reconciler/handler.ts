import * as z from 'zod';
import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { type ReconcileResult, reconcileFile } from '../../shared/pipeline/reconcile/reconcile-file.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { eventReader } from '../read-event.ts';

const schema = z.object({ planKey: z.string() });

type ReconcilerEvent = z.infer<typeof schema>;

export const readReconcilerEvent = eventReader('reconciler', schema);

/** State Reconcile: checks that the file balances, and plans the merged files. */
export function createReconciler(ports: PipelinePorts) {
  return ({ planKey }: ReconcilerEvent): Promise<ReconcileResult> => reconcileFile(ports, planKey);
}

export function reconcilerFigures(_event: ReconcilerEvent, result: ReconcileResult): InvocationFigures {
  const { dataset, sourceKey, runId, verdict } = result;
  const refusal = result.verdict === 'refused' ? result.refusal.code : undefined;
  return { dataset, facts: { sourceKey, runId, verdict, refusal } };
}
