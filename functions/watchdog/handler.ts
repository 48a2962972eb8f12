import type { PipelinePorts } from '../../shared/pipeline/pipeline-ports.ts';
import { type ExecutionEnded, recordFailure } from '../../shared/pipeline/record-failure.ts';

/** The part of EventBridge's "Step Functions Execution Status Change" that is read. */
export interface ExecutionStatusEvent {
  detail: {
    executionArn: string;
    status: string;
    error?: string;
    cause?: string;
    /** The execution's input as JSON text; not there when it is large. */
    input?: string | null;
  };
}

/** Learns of executions that failed, timed out or were stopped; marks the ledger and tells people. */
export function createWatchdog(ports: PipelinePorts) {
  return async ({ detail }: ExecutionStatusEvent): Promise<{ marked: boolean }> => {
    const marked = await recordFailure(ports, {
      execution: detail.executionArn,
      status: detail.status as ExecutionEnded['status'],
      error: detail.error ?? detail.status,
      cause: detail.cause ?? 'The execution ended without a cause',
      request: requestOf(detail.input),
    });
    return { marked };
  };
}

function requestOf(input: string | null | undefined): ExecutionEnded['request'] {
  try {
    return JSON.parse(input ?? '{}') ?? {};
  } catch {
    return {};
  }
}
