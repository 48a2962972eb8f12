import * as z from 'zod';
import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { type ConvertRequest, checkRequest } from '../../shared/pipeline/split/convert-request.ts';
import { type SplitResult, splitFile } from '../../shared/pipeline/split/split-file.ts';
import type { SplitPorts } from '../../shared/ports/pipeline-ports.ts';
import { eventReader } from '../read-event.ts';

interface SplitterEvent {
  execution: string;
  /** Missing in executions that began under a definition of an earlier version. */
  redriveCount?: number | undefined;
  request: ConvertRequest;
}

const readEvent = eventReader(
  'splitter',
  z.object({ execution: z.string(), redriveCount: z.int().nonnegative().optional(), request: z.unknown() }),
);

export function readSplitterEvent(event: unknown): SplitterEvent {
  const { execution, redriveCount, request } = readEvent(event);
  checkRequest(request);
  return { execution, redriveCount, request };
}

/** State Split: claims the file and plans its byte ranges. */
export function createSplitter(ports: SplitPorts) {
  return ({ execution, redriveCount, request }: SplitterEvent): Promise<SplitResult> =>
    splitFile(ports, execution, request, redriveCount);
}

export function splitterFigures(_event: SplitterEvent, result: SplitResult): InvocationFigures {
  const { dataset, sourceKey, verdict } = result;
  const { runId, rangeCount } = result.verdict === 'convert' ? result : { runId: undefined, rangeCount: 0 };
  const refusal = result.verdict === 'refused' ? result.refusal.code : undefined;
  return { dataset, figures: { RangesPlanned: rangeCount }, facts: { sourceKey, runId, verdict, refusal } };
}
