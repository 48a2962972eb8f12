import * as z from 'zod';
import type { InvocationFigures } from '../../shared/lambda/handler-stack.ts';
import { type PartSummary, parseRange } from '../../shared/pipeline/parse/parse-range.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { eventReader } from '../read-event.ts';

const byte = z.int().min(0);
const schema = z.object({
  dataset: z.string(),
  planKey: z.string(),
  range: z.object({
    rangeIndex: z.int().min(0),
    startByte: byte,
    endByte: byte,
    parents: z.array(z.object({ recordType: z.string(), startByte: byte, endByte: byte })).optional(),
  }),
});

type ParserEvent = z.infer<typeof schema>;

export const readParserEvent = eventReader('parser', schema);

/** State ParseRange: one byte range to Parquet parts, rejects and a part manifest. */
export function createParser(ports: Pick<PipelinePorts, 'raw' | 'lake' | 'clock'>) {
  return ({ planKey, range }: ParserEvent): Promise<PartSummary> => parseRange(ports, planKey, range);
}

export function parserFigures({ dataset, planKey }: ParserEvent, part: PartSummary): InvocationFigures {
  const { rangeIndex, reused, inputBytes, rows, rejected } = part;
  const facts = { planKey, rangeIndex, reused };
  // An earlier try has counted what it parsed.
  if (reused) return { dataset, figures: { RangesReused: 1 }, facts };
  return { dataset, figures: { RangeBytes: inputBytes, RangeRows: rows, RangeRejects: rejected }, facts };
}
