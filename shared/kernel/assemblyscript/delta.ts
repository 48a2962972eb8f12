/**
 * Delta encodings of Parquet (Encodings.md). DELTA_BINARY_PACKED holds blocks of 128 differences in four miniblocks of 32. Each
 * difference is stored less the least one of its block, in as many bits as the largest result in its miniblock needs:
 *
 *     128 │ 4 │ count │ first value │ block, block …
 *     block: least difference │ four bit widths │ 32 × width bits, four times
 *
 * All numbers but the widths are varints, signed ones in zigzag form.
 */
const BLOCK = 128;
const MINIBLOCK: i32 = 32;
const DELTAS: usize = memory.data(1024, 16);

function storeVarint(out: usize, value: u64): usize {
  while (value > 0x7f) {
    store<u8>(out++, ((value & 0x7f) | 0x80) as u8);
    value >>>= 7;
  }
  store<u8>(out++, value as u8);
  return out;
}

function toZigzag(value: i64): u64 {
  return ((value << 1) ^ (value >> 63)) as u64;
}

function readInt(values: usize, shift: i32, index: i32): i64 {
  const at = values + ((index as usize) << shift);
  return shift === 2 ? (load<i32>(at) as i64) : load<i64>(at);
}

/** Packs 32 words of DELTAS from `words` on, lowest bits first. */
function packMiniblock(words: usize, width: u64, out: usize): usize {
  let buffer: u64 = 0;
  let bits: u64 = 0;
  let at = out;
  for (let index: usize = 0; index < (MINIBLOCK as usize); index++) {
    const value = load<u64>(words + (index << 3));
    buffer |= value << bits;
    const filled = bits + width;
    if (filled >= 64) {
      store<u64>(at, buffer);
      at += 8;
      // A shift by 64 would shift by 0.
      buffer = bits === 0 ? 0 : value >>> (64 - bits);
      bits = filled - 64;
    } else bits = filled;
  }
  store<u64>(at, buffer);
  return out + ((width as usize) << 2);
}

/** Writes `count` integers (at least one) of `1 << shift` bytes as DELTA_BINARY_PACKED. Returns the bytes written; writes 8 beyond. */
export function writeDeltaInts(values: usize, shift: i32, count: i32, out: usize): usize {
  let at = storeVarint(out, BLOCK);
  at = storeVarint(at, BLOCK / MINIBLOCK);
  at = storeVarint(at, count as u64);
  let previous = readInt(values, shift, 0);
  at = storeVarint(at, toZigzag(previous));
  for (let first = 1; first < count; first += BLOCK) {
    const inBlock = min<i32>(BLOCK, count - first);
    let least = i64.MAX_VALUE;
    for (let index = 0; index < inBlock; index++) {
      const value = readInt(values, shift, first + index);
      // Differences wrap round in the width of the type.
      const delta = shift === 2 ? ((value - previous) as i32 as i64) : value - previous;
      store<i64>(DELTAS + ((index as usize) << 3), delta);
      least = min<i64>(least, delta);
      previous = value;
    }
    for (let index = inBlock; index < BLOCK; index++) store<i64>(DELTAS + ((index as usize) << 3), least);
    at = storeVarint(at, toZigzag(least));
    const widths = at;
    at += BLOCK / MINIBLOCK;
    for (let miniblock = 0; miniblock < BLOCK / MINIBLOCK; miniblock++) {
      const words = DELTAS + ((miniblock * MINIBLOCK) << 3);
      let all: u64 = 0;
      for (let index: usize = 0; index < (MINIBLOCK as usize); index++) {
        const above = (load<i64>(words + (index << 3)) - least) as u64;
        store<u64>(words + (index << 3), above);
        all |= above;
      }
      const width: u64 = 64 - clz<u64>(all);
      store<u8>(widths + miniblock, width as u8);
      // A miniblock without values has a width but no bytes. If all its values are the least of the block, it has no bytes either.
      if (width > 0) at = packMiniblock(words, width, at);
    }
  }
  return at - out;
}

/**
 * Writes texts in PLAIN form as DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes. `lengths` has room for 4 bytes a text. Returns
 * the bytes written; writes 16 beyond.
 */
export function writeDeltaLengths(texts: usize, count: i32, lengths: usize, out: usize): usize {
  let text = texts;
  for (let index = 0; index < count; index++) {
    const length = load<u32>(text);
    store<u32>(lengths + ((index as usize) << 2), length);
    text += 4 + length;
  }
  let at = out + writeDeltaInts(lengths, 2, count, out);
  text = texts;
  for (let index = 0; index < count; index++) {
    const length = load<u32>(text) as usize;
    for (let done: usize = 0; done < length; done += 16) v128.store(at + done, v128.load(text + 4 + done));
    at += length;
    text += 4 + length;
  }
  return at - out;
}

/**
 * Writes texts in PLAIN form as DELTA_BYTE_ARRAY: how many bytes each shares with the one before, then the rest of each as
 * DELTA_LENGTH_BYTE_ARRAY. `lengths` has room for 8 bytes a text. Returns the bytes written; writes 16 beyond.
 */
export function writeDeltaTexts(texts: usize, count: i32, lengths: usize, out: usize): usize {
  const suffixes = lengths + ((count as usize) << 2);
  let text = texts;
  let before = texts;
  let lengthBefore: usize = 0;
  for (let index = 0; index < count; index++) {
    const length = load<u32>(text) as usize;
    const most = min<usize>(length, lengthBefore);
    let shared: usize = 0;
    while (shared < most && load<u8>(text + 4 + shared) === load<u8>(before + 4 + shared)) shared++;
    store<u32>(lengths + ((index as usize) << 2), shared as u32);
    store<u32>(suffixes + ((index as usize) << 2), (length - shared) as u32);
    before = text;
    lengthBefore = length;
    text += 4 + length;
  }
  let at = out + writeDeltaInts(lengths, 2, count, out);
  at += writeDeltaInts(suffixes, 2, count, at);
  text = texts;
  for (let index = 0; index < count; index++) {
    const length = load<u32>(text) as usize;
    const left = load<u32>(suffixes + ((index as usize) << 2)) as usize;
    const from = text + 4 + length - left;
    for (let done: usize = 0; done < left; done += 16) v128.store(at + done, v128.load(from + done));
    at += left;
    text += 4 + length;
  }
  return at - out;
}
