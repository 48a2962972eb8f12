import type {
  BooleanColumn,
  BytesColumn,
  ColumnBuffer,
  Decimal128Column,
  DoubleColumn,
  Int32Column,
  Int64Column,
} from '../decode/column-buffer.ts';
import type { ByteSink } from './byte-sink.ts';

/**
 * What encoding needs to know of a column's values, whatever their type: PLAIN bytes, order, equality.
 * Value indexes count the dense values of the column, nulls left out.
 */
export interface ValueAccess {
  appendPlain(sink: ByteSink, first: number, last: number): void;
  /** PLAIN bytes of one value as statistics hold it: without length prefix. */
  statistic(index: number): Uint8Array;
  compare(a: number, b: number): number;
  hash(index: number): number;
  equal(a: number, b: number): boolean;
  plainSizeBytes(index: number): number;
}

export function valueAccess(column: ColumnBuffer): ValueAccess {
  switch (column.kind) {
    case 'int64':
      return int64Access(column);
    case 'int32':
      return int32Access(column);
    case 'double':
      return doubleAccess(column);
    case 'boolean':
      return booleanAccess(column);
    case 'decimal128':
      return decimal128Access(column);
    case 'bytes':
      return bytesAccess(column);
  }
}

/** The machine's typed arrays are little-endian, as PLAIN is, wherever this runs: x86 and arm64. */
function littleEndian(array: Int32Array | Float64Array, first: number, last: number): Uint8Array {
  const width = array.BYTES_PER_ELEMENT;
  return new Uint8Array(array.buffer, array.byteOffset + first * width, (last - first) * width);
}

function mixed(hash: number): number {
  let mix = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}

function int64Access({ words }: Int64Column): ValueAccess {
  return {
    appendPlain: (sink, first, last) => sink.append(littleEndian(words, first * 2, last * 2)),
    statistic: (index) => littleEndian(words, index * 2, index * 2 + 2).slice(),
    compare(a, b) {
      const high = words[a * 2 + 1]! - words[b * 2 + 1]!;
      return high !== 0 ? high : (words[a * 2]! >>> 0) - (words[b * 2]! >>> 0);
    },
    hash: (index) => mixed(words[index * 2]! ^ Math.imul(words[index * 2 + 1]!, 0x9e3779b1)),
    equal: (a, b) => words[a * 2] === words[b * 2] && words[a * 2 + 1] === words[b * 2 + 1],
    plainSizeBytes: () => 8,
  };
}

function int32Access({ values }: Int32Column): ValueAccess {
  return {
    appendPlain: (sink, first, last) => sink.append(littleEndian(values, first, last)),
    statistic: (index) => littleEndian(values, index, index + 1).slice(),
    compare: (a, b) => values[a]! - values[b]!,
    hash: (index) => mixed(values[index]!),
    equal: (a, b) => values[a] === values[b],
    plainSizeBytes: () => 4,
  };
}

function doubleAccess({ values }: DoubleColumn): ValueAccess {
  return {
    appendPlain: (sink, first, last) => sink.append(littleEndian(values, first, last)),
    statistic: (index) => littleEndian(values, index, index + 1).slice(),
    compare: (a, b) => values[a]! - values[b]!,
    hash: () => 0,
    equal: (a, b) => values[a] === values[b],
    plainSizeBytes: () => 8,
  };
}

function booleanAccess({ values }: BooleanColumn): ValueAccess {
  return {
    appendPlain(sink, first, last) {
      for (let from = first; from < last; from += 8) {
        let packed = 0;
        for (let index = from; index < Math.min(from + 8, last); index++)
          packed |= values[index]! << (index - from);
        sink.appendByte(packed);
      }
    },
    statistic: (index) => values.slice(index, index + 1),
    compare: (a, b) => values[a]! - values[b]!,
    hash: () => 0,
    equal: (a, b) => values[a] === values[b],
    plainSizeBytes: () => 1,
  };
}

function decimal128Access({ bytes }: Decimal128Column): ValueAccess {
  return {
    appendPlain: (sink, first, last) => sink.append(bytes.subarray(first * 16, last * 16)),
    statistic: (index) => bytes.slice(index * 16, index * 16 + 16),
    compare(a, b) {
      // The first byte carries the sign; the rest is unsigned.
      const high = ((bytes[a * 16]! << 24) >> 24) - ((bytes[b * 16]! << 24) >> 24);
      return high !== 0 ? high : compareBytes(bytes, a * 16 + 1, a * 16 + 16, b * 16 + 1, b * 16 + 16);
    },
    hash: (index) => hashBytes(bytes, index * 16, index * 16 + 16),
    equal: (a, b) => compareBytes(bytes, a * 16, a * 16 + 16, b * 16, b * 16 + 16) === 0,
    plainSizeBytes: () => 16,
  };
}

function bytesAccess(column: BytesColumn): ValueAccess {
  const { data, ends } = column;
  const start = (index: number) => (index === 0 ? 0 : ends[index - 1]!);
  return {
    appendPlain(sink, first, last) {
      let from = start(first);
      const total = (last > first ? ends[last - 1]! : from) - from + (last - first) * 4;
      let at = sink.reserve(total);
      const { bytes } = sink;
      for (let index = first; index < last; index++) {
        const end = ends[index]!;
        const length = end - from;
        bytes[at] = length & 0xff;
        bytes[at + 1] = (length >>> 8) & 0xff;
        bytes[at + 2] = (length >>> 16) & 0xff;
        bytes[at + 3] = length >>> 24;
        at += 4;
        while (from < end) bytes[at++] = data[from++]!;
      }
      sink.length += total;
    },
    statistic: (index) => data.slice(start(index), ends[index]!),
    compare: (a, b) => compareBytes(data, start(a), ends[a]!, start(b), ends[b]!),
    hash: (index) => hashBytes(data, start(index), ends[index]!),
    equal(a, b) {
      const startA = start(a);
      const startB = start(b);
      const length = ends[a]! - startA;
      if (length !== ends[b]! - startB) return false;
      for (let at = 0; at < length; at++) if (data[startA + at] !== data[startB + at]) return false;
      return true;
    },
    plainSizeBytes: (index) => 4 + ends[index]! - start(index),
  };
}

/** Unsigned, byte by byte; of two where one begins the other, the shorter comes first. */
function compareBytes(data: Uint8Array, startA: number, endA: number, startB: number, endB: number): number {
  const shared = Math.min(endA - startA, endB - startB);
  for (let at = 0; at < shared; at++) {
    const difference = data[startA + at]! - data[startB + at]!;
    if (difference !== 0) return difference;
  }
  return endA - startA - (endB - startB);
}

/** FNV-1a. */
function hashBytes(data: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ data[at]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
