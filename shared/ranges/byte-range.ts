/** Bytes from `startByte` up to, but not including, `endByte`; the first byte of a file is 0. */
export interface ByteRange {
  startByte: number;
  endByte: number;
}

export function rangeLengthBytes(range: ByteRange): number {
  return range.endByte - range.startByte;
}
