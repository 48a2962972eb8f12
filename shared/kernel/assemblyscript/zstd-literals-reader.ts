import { BLOCK_BYTES } from './zstd-blocks';
import { hasCodes, readCodes, readFourStreams, readStream } from './zstd-huffman-reader';

/**
 * The literals section of a block (RFC 8878, 3.1.1.3.1):
 *
 *     type, 2 bits │ form of the sizes, 2 bits │ bytes of literals │ bytes that follow, if coded │ description of a code │ streams
 */
const LITERALS_RAW: u32 = 0;
const LITERALS_SAME: u32 = 1;
const LITERALS_CODED: u32 = 2;

let type: u32 = 0;
let isFour = false;
let codedBytes: usize = 0;
let codedAt: usize = 0;

/** How many literals the section has of which the head was read, and where it ends. */
export let literalCount: usize = 0;
export let literalsEnd: usize = 0;

/** Reads the head of the section at `from`. Returns whether it is one. */
export function readLiteralsHead(from: usize, end: usize): bool {
  const head = load<u8>(from) as u32;
  type = head & 3;
  const form = (head >>> 2) & 3;
  const isCoded = type >= LITERALS_CODED;
  const headBytes: usize = isCoded
    ? form === 0
      ? 3
      : ((form + 2) as usize)
    : form === 1
      ? 2
      : form === 3
        ? 3
        : 1;
  if (headBytes > end - from) return false;
  let word: u64 = 0;
  for (let byte: usize = 0; byte < headBytes; byte++)
    word |= (load<u8>(from + byte) as u64) << ((byte << 3) as u64);
  codedAt = from + headBytes;
  if (isCoded) {
    const width: u64 = form < 2 ? 10 : form === 2 ? 14 : 18;
    const mask = ((1 as u64) << width) - 1;
    literalCount = ((word >>> 4) & mask) as usize;
    codedBytes = ((word >>> (4 + width)) & mask) as usize;
    isFour = form !== 0;
  } else {
    literalCount = (word >>> (form & 1 ? 4 : 3)) as usize;
    codedBytes = type === LITERALS_RAW ? literalCount : 1;
  }
  literalsEnd = codedAt + codedBytes;
  return literalCount <= BLOCK_BYTES && codedBytes <= end - codedAt;
}

/** Writes the literals of the section to `out`. Returns whether all of it is well formed. */
export function readLiterals(out: usize): bool {
  if (type === LITERALS_RAW) memory.copy(out, codedAt, literalCount);
  else if (type === LITERALS_SAME) memory.fill(out, load<u8>(codedAt), literalCount);
  else {
    if (literalCount === 0) return false;
    let streams = codedAt;
    if (type === LITERALS_CODED) streams = readCodes(codedAt, literalsEnd);
    else if (!hasCodes()) return false;
    if (streams === 0) return false;
    return isFour
      ? readFourStreams(streams, literalsEnd, out, literalCount)
      : readStream(streams, literalsEnd, out, literalCount);
  }
  return true;
}
