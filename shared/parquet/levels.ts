import type { ByteSink } from './byte-sink.ts';

/** RLE / bit-packed hybrid (parquet-format, Encodings.md): definition levels and dictionary indexes. */

/**
 * Definition levels of a page: its byte length, then one run where no row (or every row) is null, else the
 * presence bits packed.
 */
export function appendDefinitionLevels(
  sink: ByteSink,
  present: Uint8Array,
  firstRow: number,
  lastRow: number,
): void {
  const lengthAt = sink.reserve(4);
  sink.length += 4;
  const rowCount = lastRow - firstRow;
  let presentCount = 0;
  for (let row = firstRow; row < lastRow; row++) presentCount += present[row]!;
  if (presentCount === rowCount || presentCount === 0) {
    sink.appendVarint(rowCount * 2);
    sink.appendByte(presentCount === 0 ? 0 : 1);
  } else {
    const groups = Math.ceil(rowCount / 8);
    sink.appendVarint(groups * 2 + 1);
    const at = sink.reserve(groups);
    const { bytes } = sink;
    for (let group = 0; group < groups; group++) {
      let packed = 0;
      const first = firstRow + group * 8;
      const last = Math.min(first + 8, lastRow);
      for (let row = first; row < last; row++) packed |= present[row]! << (row - first);
      bytes[at + group] = packed;
    }
    sink.length += groups;
  }
  const length = sink.length - lengthAt - 4;
  for (let byte = 0; byte < 4; byte++) sink.bytes[lengthAt + byte] = (length >>> (byte * 8)) & 0xff;
}

/** Dictionary indexes of a page: the bit width, then one run where all are equal, else all of them packed. */
export function appendIndexes(
  sink: ByteSink,
  indexes: Int32Array,
  first: number,
  last: number,
  bitWidth: number,
): void {
  sink.appendByte(bitWidth);
  const count = last - first;
  if (count === 0) return;
  const value = indexes[first]!;
  let same = true;
  for (let index = first + 1; index < last && same; index++) same = indexes[index] === value;
  if (same) {
    sink.appendVarint(count * 2);
    for (let shift = 0; shift < bitWidth; shift += 8) sink.appendByte((value >>> shift) & 0xff);
    return;
  }
  const groups = Math.ceil(count / 8);
  sink.appendVarint(groups * 2 + 1);
  let at = sink.reserve(groups * bitWidth);
  const { bytes } = sink;
  let buffer = 0;
  let bits = 0;
  for (let index = first; index < first + groups * 8; index++) {
    buffer |= (index < last ? indexes[index]! : 0) << bits;
    bits += bitWidth;
    while (bits >= 8) {
      bytes[at++] = buffer & 0xff;
      buffer >>>= 8;
      bits -= 8;
    }
  }
  sink.length += groups * bitWidth;
}

/** Bits an index below `count` needs. */
export function bitWidthOf(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}

/**
 * Reads `count` hybrid values of `bitWidth` bits from `bytes[at, end)` into `out`. Throws nothing: a short stream leaves
 * the rest as it was and the returned count below `count`.
 */
export function readHybrid(
  bytes: Uint8Array,
  at: number,
  end: number,
  bitWidth: number,
  count: number,
  out: Int32Array | Uint8Array,
): number {
  let done = 0;
  let position = at;
  while (done < count && position < end) {
    let header = 0;
    let shift = 0;
    let byte = 0;
    do {
      byte = bytes[position++]!;
      header |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80 && position < end);
    if (header & 1) {
      const groups = header >>> 1;
      let buffer = 0;
      let bits = 0;
      const mask = 2 ** bitWidth - 1;
      const total = Math.min(groups * 8, count - done);
      let from = position;
      for (let index = 0; index < total; index++) {
        while (bits < bitWidth) {
          buffer |= bytes[from++]! << bits;
          bits += 8;
        }
        out[done++] = buffer & mask;
        buffer >>>= bitWidth;
        bits -= bitWidth;
      }
      position += groups * bitWidth;
    } else {
      let value = 0;
      for (let shift = 0; shift < bitWidth; shift += 8) value |= bytes[position++]! << shift;
      const run = Math.min(header >>> 1, count - done);
      out.fill(value, done, done + run);
      done += run;
    }
  }
  return done;
}
