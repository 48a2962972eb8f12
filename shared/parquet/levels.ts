/** RLE / bit-packed hybrid (parquet-format, Encodings.md): definition levels and dictionary indexes. The kernel writes them. */

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
