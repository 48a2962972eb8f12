import type { PipelinePorts } from '../../shared/pipeline/pipeline-ports.ts';
import { type ReconcileResult, reconcileFile } from '../../shared/pipeline/reconcile-file.ts';

export interface ReconcilerEvent {
  planKey: string;
}

/** State Reconcile: does the file balance? */
export function createReconciler(ports: PipelinePorts) {
  return ({ planKey }: ReconcilerEvent): Promise<ReconcileResult> => reconcileFile(ports, planKey);
}
