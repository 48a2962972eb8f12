import { VALUES_ANY } from '../shapes';
import {
  BLOCK_BYTES,
  BLOCK_COMPRESSED,
  BLOCK_HEAD_BYTES,
  BLOCK_RAW,
  FIRST_BLOCK_BYTES,
  writeBlockHead,
} from './zstd-blocks';
import { forgetLiterals, writeLiterals } from './zstd-literals';
import { searchPays, writeSearchedBlock } from './zstd-search';
import { forgetOffsets } from './zstd-sequence-list';
import { compressStrides, stridesEnd } from './zstd-strides';

/**
 * Zstandard (RFC 8878). A page becomes one frame with its size and without a checksum: the window is the content.
 *
 *     28 b5 2f fd │ a0 │ size, 4 bytes │ block, block …
 */
const MAGIC: u32 = 0xfd2fb528;

/**
 * Compresses [from, from + length) to `out` and returns the bytes written: at most 3 a block more than `length`, and 16. `values`
 * (VALUES_… in shapes.ts) is what follows the first `valuesAt` bytes. Matches are
 * searched if that saves `leastSaved` percent, by a sample.
 */
export function compressZstd(
  from: usize,
  length: usize,
  out: usize,
  valuesAt: usize,
  values: i32,
  leastSaved: usize,
): usize {
  const firstOut = out;
  const end = from + length;
  out = writeFrameHead(length, out);
  forgetLiterals();
  forgetOffsets();
  if (values !== VALUES_ANY && valuesAt < length) {
    out = compressStrides(from, valuesAt, end, values, out);
    from = stridesEnd;
    if (from === end) return out - firstOut;
  }
  const base = from;
  const isSearched = searchPays(from, end, leastSaved);
  let most = isSearched ? BLOCK_BYTES : FIRST_BLOCK_BYTES;
  do {
    const size = min<usize>(most, end - from);
    most = BLOCK_BYTES;
    const isLast = from + size === end;
    const next: usize = isSearched ? writeSearchedBlock(base, from, from + size, isLast, out) : 0;
    out = next !== 0 ? next : writeLiteralBlock(from, size, isLast, out);
    from += size;
  } while (from < end);
  return out - firstOut;
}

function writeLiteralBlock(from: usize, length: usize, isLast: bool, out: usize): usize {
  const body = out + BLOCK_HEAD_BYTES;
  const sequences = writeLiterals(from, length, body);
  // There are none.
  store<u8>(sequences, 0);
  const size = sequences + 1 - body;
  if (size < length) {
    writeBlockHead(out, BLOCK_COMPRESSED, size, isLast);
    return sequences + 1;
  }
  writeBlockHead(out, BLOCK_RAW, length, isLast);
  memory.copy(body, from, length);
  return body + length;
}

function writeFrameHead(length: usize, out: usize): usize {
  store<u32>(out, MAGIC);
  if (length < 256) {
    store<u8>(out, 0x20, 4);
    store<u8>(out, length as u8, 5);
    return out + 6;
  }
  store<u8>(out, 0xa0, 4);
  store<u32>(out, length as u32, 5);
  return out + 9;
}
