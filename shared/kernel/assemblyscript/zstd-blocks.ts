/**
 * A block of a frame (RFC 8878, 3.1.1.2):
 *
 *     is it the last, 1 bit │ type, 2 bits │ bytes, 21 bits │ literals section │ sequences section
 */
export const BLOCK_BYTES: usize = 128 * 1024;
/** The first block of literals alone is shorter: its bytes are counted to make a code, which the next blocks take over if it suits them. */
export const FIRST_BLOCK_BYTES: usize = BLOCK_BYTES / 4;
export const BLOCK_HEAD_BYTES: usize = 3;
export const BLOCK_RAW: u32 = 0;
export const BLOCK_COMPRESSED: u32 = 2;

export function writeBlockHead(out: usize, type: u32, size: usize, isLast: bool): void {
  const word = (isLast as u32) | (type << 1) | ((size as u32) << 3);
  store<u16>(out, word as u16);
  store<u8>(out, (word >>> 16) as u8, 2);
}

/** Writes bytes as they are, in a block that is not the last. Returns the address after it. */
export function writeRawBlock(from: usize, length: usize, out: usize): usize {
  writeBlockHead(out, BLOCK_RAW, length, false);
  memory.copy(out + BLOCK_HEAD_BYTES, from, length);
  return out + BLOCK_HEAD_BYTES + length;
}
