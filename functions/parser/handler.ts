import type { PlannedRange } from '../../shared/control/file-plan.ts';
import { type PartSummary, parseRange } from '../../shared/pipeline/parse-range.ts';
import type { PipelinePorts } from '../../shared/pipeline/pipeline-ports.ts';

export interface ParserEvent {
  planKey: string;
  range: PlannedRange;
}

/** State ParseRange: one byte range to Parquet parts, rejects and a part manifest. */
export function createParser(ports: PipelinePorts) {
  return ({ planKey, range }: ParserEvent): Promise<PartSummary> => parseRange(ports, planKey, range);
}
