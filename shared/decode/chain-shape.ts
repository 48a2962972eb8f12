import { CODING_BIG_ENDIAN, CODING_DIGITS, CODING_LITTLE_ENDIAN, CODING_PACKED } from '../kernel/shapes.ts';
import type { Layout, LengthField } from '../layout/layout.ts';
import {
  bdwChain,
  type ChainShape,
  type DescriptorWord,
  type LengthCoding,
  type LengthShape,
  lengthFieldChain,
  rdwChain,
} from '../ranges/record-chain.ts';

/** The most that a length field can say; a longer record is a sign of something else. */
const MAX_RECORD_BYTES = 1_048_576;

/** How the records of a layout say their lengths; undefined for lines and for records of one length. */
export function chainShapeOf({ format, descriptor, lengthField }: Layout['record']): ChainShape | undefined {
  if (lengthField) return fieldShape(lengthField);
  if (!descriptor) return undefined;
  const word: DescriptorWord = {
    byteOrder: descriptor.byteOrder === 'little' ? 'little-endian' : 'big-endian',
    half: descriptor.lengthHalf,
    countsItself: descriptor.lengthIncludesHeader,
  };
  return format === 'bdw' ? bdwChain(word, word) : rdwChain(word);
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

/** The most bytes of a record, with its descriptor or terminator: a buffer must hold them. */
export function longestRecordBytes(shape: ChainShape | undefined, lengthBytes: number): number {
  return shape ? shape.record.maximumBytes : lengthBytes + 2;
}

/** A length shape in the form that the kernel reads (kernel/shapes.ts, CHAIN_…). */
export function lengthShapeBytes(shape: LengthShape): Uint8Array {
  const numbers = Int32Array.of(
    CODINGS[shape.coding],
    shape.fieldAtBytes,
    shape.fieldBytes,
    shape.zeroAtBytes,
    shape.extendable ? 1 : 0,
    shape.addedBytes,
    shape.headBytes,
    shape.minimumBytes,
    shape.maximumBytes,
  );
  return new Uint8Array(numbers.buffer);
}

const CODINGS: Record<LengthCoding, number> = {
  'big-endian': CODING_BIG_ENDIAN,
  'little-endian': CODING_LITTLE_ENDIAN,
  digits: CODING_DIGITS,
  packed: CODING_PACKED,
};
