import type { Positions } from '../layout/field.ts';
import type { Layout, RecordFormat } from '../layout/layout.ts';
import type { ChainShape } from '../ranges/record-chain.ts';
import { chainShapeOf } from './chain-shape.ts';

/** How records follow one another in a file. */
export interface RecordShape {
  format: RecordFormat;
  /** `characters`: `lengthBytes` is a number of characters. */
  positions: Positions;
  /** Without terminator; of records that vary, the longest that is decoded. */
  lengthBytes: number;
  /** 0, 1 (LF) or 2 (CR LF). Lines end at their line end whatever this is. */
  terminatorBytes: number;
  short: 'pad' | 'reject';
  lineEndByte: number;
  spaceByte: number;
  /** Set for records that say their lengths. */
  chain?: ChainShape | undefined;
}

/** The shape of a layout's records in a file whose records end with `terminatorBytes`. */
export function recordShape(record: Layout['record'], terminatorBytes: number): RecordShape {
  const { format, positions, lengthBytes, short, lineEndByte, spaceByte } = record;
  return {
    format,
    positions,
    lengthBytes,
    terminatorBytes,
    short,
    lineEndByte,
    spaceByte,
    chain: chainShapeOf(record),
  };
}
