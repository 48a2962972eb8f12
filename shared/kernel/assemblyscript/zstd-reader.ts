import { BLOCK_BYTES, BLOCK_COMPRESSED, BLOCK_HEAD_BYTES, BLOCK_RAW } from './zstd-blocks';
import { forgetCodes } from './zstd-huffman-reader';
import { literalCount, literalsEnd, readLiterals, readLiteralsHead } from './zstd-literals-reader';
import { forgetSequences, readCount, readSequencesHead, runSequences } from './zstd-sequences-reader';

const MAGIC: u32 = 0xfd2fb528;
const BLOCK_SAME: u32 = 1;
const MOST_WINDOW: u64 = 1 << 27;
/** What may follow a frame's head, and what it may say of itself: a checksum, a dictionary. */
const HAS_MORE: u32 = 0x0f;
/** Literals of a block with sequences, and room to read beyond them. */
const LITERALS: usize = memory.data(128 * 1024 + 32, 16);

/**
 * Uncompresses one frame of Zstandard (RFC 8878), [from, from + length), to `out`, which has room for `outLength` bytes. Returns whether that
 * was done. If not, it is no frame of exactly so many bytes, or has a form that ours and most others' do not have (a checksum, a dictionary,
 * frames that follow): then a library should look at it. Nothing is written outside the bounds, whatever the input says, and nothing outside
 * the kernel's memory is read.
 */
export function uncompressZstd(from: usize, length: usize, out: usize, outLength: usize): bool {
  const end = from + length;
  const firstOut = out;
  const outEnd = out + outLength;
  from = readFrameHead(from, end, outLength);
  if (from === 0) return false;
  forgetCodes();
  forgetSequences();
  let isLast = false;
  while (!isLast) {
    if (end - from < BLOCK_HEAD_BYTES) return false;
    const head = (load<u16>(from) as u32) | ((load<u8>(from, 2) as u32) << 16);
    from += BLOCK_HEAD_BYTES;
    isLast = (head & 1) !== 0;
    const type = (head >>> 1) & 3;
    const size = (head >>> 3) as usize;
    if (size > mostBlockBytes) return false;
    const room = min<usize>(outEnd - out, mostBlockBytes);
    if (type === BLOCK_RAW) {
      if (size > end - from || size > room) return false;
      memory.copy(out, from, size);
      from += size;
      out += size;
    } else if (type === BLOCK_SAME) {
      if (from >= end || size > room) return false;
      memory.fill(out, load<u8>(from++), size);
      out += size;
    } else if (type === BLOCK_COMPRESSED) {
      if (size > end - from) return false;
      out = readBlock(from, from + size, firstOut, out, out + room);
      if (out === 0) return false;
      from += size;
    } else return false;
  }
  return from === end && out === outEnd;
}

/** Most bytes that a block of the frame may have, coded or not. */
let mostBlockBytes: usize = 0;

/** Reads the head of a frame of `outLength` bytes. Returns the address after it; 0 if the frame is none for the kernel. */
function readFrameHead(from: usize, end: usize, outLength: usize): usize {
  if (end - from < 9 || load<u32>(from) !== MAGIC) return 0;
  const descriptor = load<u8>(from, 4) as u32;
  if ((descriptor & HAS_MORE) !== 0) return 0;
  from += 5;
  const isSingle = (descriptor & 0x20) !== 0;
  let window: u64 = 0;
  if (!isSingle) {
    const byte = load<u8>(from++) as u64;
    window = (1 as u64) << (10 + (byte >>> 3));
    window += (window >>> 3) * (byte & 7);
  }
  const sizeForm = descriptor >>> 6;
  const sizeBytes: usize = sizeForm === 0 ? (isSingle as usize) : (1 as usize) << sizeForm;
  if (sizeBytes === 0 || sizeBytes > end - from) return 0;
  let stated: u64 = 0;
  for (let byte: usize = 0; byte < sizeBytes; byte++)
    stated |= (load<u8>(from + byte) as u64) << ((byte << 3) as u64);
  if (sizeBytes === 2) stated += 256;
  if (stated !== (outLength as u64)) return 0;
  // Matches from before a window smaller than the content, and windows that no library takes, are for the library to judge.
  if (!isSingle && (window < stated || window > MOST_WINDOW)) return 0;
  mostBlockBytes = min<u64>(BLOCK_BYTES, isSingle ? stated : window) as usize;
  return from + sizeBytes;
}

/** Returns the address after the bytes of a compressed block, 0 if it is none. */
function readBlock(from: usize, end: usize, firstOut: usize, out: usize, outEnd: usize): usize {
  if (from >= end || !readLiteralsHead(from, end)) return 0;
  // Literals alone go to their place at once.
  const isLiteralsAlone = literalsEnd + 1 === end && load<u8>(literalsEnd) === 0;
  if (isLiteralsAlone) {
    if (literalCount > outEnd - out) return 0;
    return readLiterals(out) ? out + literalCount : 0;
  }
  if (!readLiterals(LITERALS)) return 0;
  const bits = readSequencesHead(literalsEnd, end);
  if (bits === 0 || readCount === 0) return 0;
  return runSequences(bits, end, LITERALS, LITERALS + literalCount, firstOut, out, outEnd);
}
