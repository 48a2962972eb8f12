import {
  type FinalizeInput,
  type FinalizeResult,
  finalizeFile,
} from '../../shared/pipeline/finalize-file.ts';
import type { PipelinePorts } from '../../shared/pipeline/pipeline-ports.ts';

/** States Finalize, RecordRefusal and ConfirmPublished: ledger, publication, metrics, notification. */
export function createFinalizer(ports: PipelinePorts) {
  return (event: FinalizeInput): Promise<FinalizeResult> => finalizeFile(ports, event);
}
