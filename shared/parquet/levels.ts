/** RLE / bit-packed hybrid (parquet-format, Encodings.md): definition levels and dictionary indexes. The kernel writes them. */

/** Bits an index below `count` needs. */
export function bitWidthOf(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}
