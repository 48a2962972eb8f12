import { BLOCK_BYTES, FIRST_BLOCK_BYTES } from './zstd-blocks';
import { countBytes, countExpected } from './zstd-code-lengths';
import { codedBits, makeCode, writeStream } from './zstd-huffman';

/**
 * The literals section of a block (RFC 8878, 3.1.1.3.1): how many bytes, then the bytes as they are, one byte for all, or a Huffman
 * code and one or four streams in it. A later block of a frame may use the code of an earlier one again.
 *
 *     type, 2 bits │ form, 2 bits │ bytes │ coded bytes │ code │ lengths of three streams │ four streams
 */
const RAW: u32 = 0;
const RLE: u32 = 1;
const CODED: u32 = 2;
const REPEATED: u32 = 3;

/** Copies bytes to the literals of the block; reads and writes up to 15 bytes beyond. Returns the address after them. */
export function appendLiterals(from: usize, length: usize, to: usize): usize {
  for (let done: usize = 0; done < length; done += 16) v128.store(to + done, v128.load(from + done));
  return to + length;
}

/** Fewer bytes gain nothing. */
const LEAST_CODED: usize = 48;
/** So many are coded as four streams, which readers decode at once. */
const LEAST_FOUR_STREAMS: usize = 1024;

/** A code serves up to so many times the bytes that it was made from: that is a full block after a first one. */
const LONGEST_REPEAT: usize = BLOCK_BYTES / FIRST_BLOCK_BYTES;

/** The literals of the block that is being made. */
export const LITERALS: usize = memory.data(128 * 1024 + 64, 16);
/** How many literals the code was made from that readers still have; 0 if there is none. */
let codeLiterals: usize = 0;

/** Begins a frame: no code is known. */
export function forgetLiterals(): void {
  codeLiterals = 0;
}

/** Writes the section for the `length` bytes (at most 128 KiB) from `from` on; returns the address after it. Writes up to 15 bytes beyond. */
export function writeLiterals(from: usize, length: usize, out: usize): usize {
  if (length < LEAST_CODED) return writeRaw(from, length, out);
  // A code of fewer bytes than these may be far from the best one.
  if (codeLiterals * LONGEST_REPEAT >= length) {
    const end = writeCoded(from, length, out, REPEATED, 0);
    if (end !== 0) return end;
  }
  const most = countBytes(from, from + length) as usize;
  if (most === length) {
    out = writeHead(RLE, length, out);
    store<u8>(out, load<u8>(from));
    return out + 1;
  }
  // If all bytes occur about equally often, a code saves next to nothing.
  if (most > (length >>> 7) + 4) {
    if (length === FIRST_BLOCK_BYTES) countExpected();
    const head = headBytes(length);
    const codeBytes = makeCode(out + head);
    codeLiterals = 0;
    if (codeBytes > 0 && isWorth(((codedBits() >>> 3) as usize) + codeBytes, length)) {
      const end = writeCoded(from, length, out, CODED, codeBytes);
      codeLiterals = end === 0 ? 0 : length;
      if (end !== 0) return end;
    }
  }
  return writeRaw(from, length, out);
}

function isWorth(coded: usize, length: usize): bool {
  return coded + 16 + (length >>> 5) < length;
}

/** Bytes of the head of coded literals. */
function headBytes(length: usize): usize {
  return length < LEAST_FOUR_STREAMS ? 3 : length < 16_384 ? 4 : 5;
}

/** Writes coded literals, whose code of `codeBytes` bytes is already there; 0 if the code lacks one of them, or they do not get smaller. */
function writeCoded(from: usize, length: usize, out: usize, type: u32, codeBytes: usize): usize {
  const head = headBytes(length);
  const end = from + length;
  let at: usize = out + head + codeBytes;
  let form: u64 = 0;
  if (head === 3) at = writeStream(from, end, at);
  else {
    const quarter = (length + 3) >>> 2;
    const lengths: usize = at;
    at += 6;
    for (let stream: usize = 0; stream < 4; stream++) {
      const first = from + stream * quarter;
      const start: usize = at;
      at = writeStream(first, stream === 3 ? end : first + quarter, start);
      if (at === 0) return 0;
      if (stream < 3) store<u16>(lengths + (stream << 1), (at - start) as u16);
    }
    form = head === 4 ? 2 : 3;
  }
  if (at === 0) return 0;
  const coded = at - out - head;
  if (!isWorth(coded, length)) return 0;
  const bits: u64 = head === 3 ? 10 : head === 4 ? 14 : 18;
  const word = (type as u64) | (form << 2) | ((length as u64) << 4) | ((coded as u64) << (4 + bits));
  // What follows the head is already there.
  store<u16>(out, word as u16);
  store<u8>(out, (word >>> 16) as u8, 2);
  if (head >= 4) store<u8>(out, (word >>> 24) as u8, 3);
  if (head === 5) store<u8>(out, (word >>> 32) as u8, 4);
  return at;
}

function writeRaw(from: usize, length: usize, out: usize): usize {
  out = writeHead(RAW, length, out);
  memory.copy(out, from, length);
  return out + length;
}

/** Writes the head of literals that are not coded. */
function writeHead(type: u32, length: usize, out: usize): usize {
  if (length < 32) {
    store<u8>(out, (type | ((length as u32) << 3)) as u8);
    return out + 1;
  }
  if (length < 4096) {
    store<u16>(out, (type | (1 << 2) | ((length as u32) << 4)) as u16);
    return out + 2;
  }
  store<u32>(out, type | (3 << 2) | ((length as u32) << 4));
  return out + 3;
}
