import type { PipelinePorts } from '../../shared/pipeline/pipeline-ports.ts';
import { type ConvertRequest, type SplitResult, splitFile } from '../../shared/pipeline/split-file.ts';

export interface SplitterEvent {
  execution: string;
  request: ConvertRequest;
}

/** State Split: claims the file, plans its byte ranges. */
export function createSplitter(ports: PipelinePorts) {
  return ({ execution, request }: SplitterEvent): Promise<SplitResult> =>
    splitFile(ports, execution, request);
}
