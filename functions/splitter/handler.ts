import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import type { ConvertRequest } from '../../shared/pipeline/split/convert-request.ts';
import { type SplitResult, splitFile } from '../../shared/pipeline/split/split-file.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';

export interface SplitterEvent {
  execution: string;
  request: ConvertRequest;
}

/** State Split: claims the file and plans its byte ranges. */
export function createSplitter(ports: PipelinePorts) {
  return ({ execution, request }: SplitterEvent): Promise<SplitResult> =>
    splitFile(ports, execution, request);
}

export function splitterFigures(_event: SplitterEvent, result: SplitResult): InvocationFigures {
  const { dataset, sourceKey, runId, verdict, refusal, rangeCount = 0 } = result;
  const facts = { sourceKey, runId, verdict, refusal: refusal?.code };
  return { dataset, figures: { RangesPlanned: rangeCount }, facts };
}
