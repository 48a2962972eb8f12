import type { Layout, RecordFormat } from '../layout/layout.ts';
import type { ChainShape } from '../ranges/record-chain.ts';
import { chainShapeOf } from './chain-shape.ts';

/** How records follow one another in a file. */
export interface RecordShape {
  format: RecordFormat;
  /** Without terminator; of records that vary, the longest that is decoded. */
  lengthBytes: number;
  /** 0, 1 (LF) or 2 (CR LF). Lines end at their line end whatever this says. */
  terminatorBytes: number;
  short: 'pad' | 'reject';
  lineEndByte: number;
  spaceByte: number;
  /** Of records that say their lengths. */
  chain?: ChainShape | undefined;
}

/** The shape of a layout's records, once it is known what ends them. */
export function recordShape(record: Layout['record'], terminatorBytes: number): RecordShape {
  const { format, lengthBytes, short, lineEndByte, spaceByte } = record;
  return {
    format,
    lengthBytes,
    terminatorBytes,
    short,
    lineEndByte,
    spaceByte,
    chain: chainShapeOf(record),
  };
}
