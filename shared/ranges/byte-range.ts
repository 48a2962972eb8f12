/** Bytes `startByte` up to and not including `endByte`, counted from 0. */
export interface ByteRange {
  startByte: number;
  endByte: number;
}

export function rangeLengthBytes(range: ByteRange): number {
  return range.endByte - range.startByte;
}
