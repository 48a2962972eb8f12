import type { Layout, LengthField } from '../layout/layout.ts';
import {
  bdwChain,
  type ChainShape,
  type DescriptorWord,
  lengthFieldChain,
  rdwChain,
} from '../ranges/record-chain.ts';

/** What a length that is a field can say at most; a longer record is a sign of something else. */
const MAX_RECORD_BYTES = 1_048_576;

/** How the records of a layout say their lengths; undefined where all are lines, or as long. */
export function chainShapeOf(record: Layout['record']): ChainShape | undefined {
  const word = (): DescriptorWord => ({
    byteOrder: record.descriptor!.byteOrder === 'little' ? 'little-endian' : 'big-endian',
    half: record.descriptor!.lengthHalf,
    countsItself: record.descriptor!.lengthIncludesHeader,
  });
  switch (record.format) {
    case 'rdw':
      return rdwChain(word());
    case 'bdw':
      return bdwChain(word(), word());
    case 'length-field':
      return fieldShape(record.lengthField!);
    default:
      return undefined;
  }
}

function fieldShape({ startByte, endByte, usage, byteOrder, addBytes }: LengthField): ChainShape {
  const little = byteOrder === 'little' ? ('little-endian' as const) : ('big-endian' as const);
  return lengthFieldChain({
    fieldAtBytes: startByte,
    fieldBytes: endByte - startByte,
    coding: usage === 'binary' ? little : usage === 'packed' ? 'packed' : 'digits',
    addedBytes: addBytes,
    maximumBytes: MAX_RECORD_BYTES,
  });
}

/** The longest a record can be with what stands before it, so that a buffer can hold it. */
export function longestRecordBytes(shape: ChainShape | undefined, lengthBytes: number): number {
  return shape ? shape.record.maximumBytes : lengthBytes + 2;
}
