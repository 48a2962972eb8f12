import { copyBytes, copyForward, repeat, STEP_BYTES } from './copied-bytes';

/**
 * Uncompresses a Snappy block (format in snappy-tokens.ts) from [from, from + length) to `out`, which has room for `outLength` bytes
 * and a margin. Returns false if the input is not a Snappy block of exactly `outLength` bytes. Nothing is read or written outside
 * these bounds, whatever the input says.
 */
export function uncompressSnappy(from: usize, length: usize, out: usize, outLength: usize): bool {
  const end = from + length;
  const firstOut = out;
  const outEnd = out + outLength;
  let declared: u64 = 0;
  let shift: u64 = 0;
  while (true) {
    if (from >= end || shift > 28) return false;
    const byte = load<u8>(from++);
    declared |= ((byte & 0x7f) as u64) << shift;
    if (byte < 0x80) break;
    shift += 7;
  }
  if (declared !== (outLength as u64)) return false;
  while (from < end) {
    const tag = load<u8>(from++) as usize;
    const kind = tag & 3;
    if (kind === 0) {
      let literal = (tag >>> 2) + 1;
      if (literal > 60) {
        const lengthBytes = literal - 60;
        if (from + lengthBytes > end) return false;
        literal = 0;
        for (let index: usize = 0; index < lengthBytes; index++) {
          literal |= (load<u8>(from + index) as usize) << (index << 3);
        }
        literal++;
        from += lengthBytes;
      }
      if (literal === 0 || literal > end - from || literal > outEnd - out) return false;
      if (literal + STEP_BYTES <= min(end - from, outEnd - out)) copyForward(out, from, literal);
      else memory.copy(out, from, literal);
      from += literal;
      out += literal;
      continue;
    }
    let copied: usize = (tag >>> 2) + 1;
    let back: usize = 0;
    const offsetBytes: usize = kind === 3 ? 4 : kind;
    if (from + offsetBytes > end) return false;
    if (kind === 1) {
      copied = ((tag >>> 2) & 7) + 4;
      back = ((tag >>> 5) << 8) | (load<u8>(from) as usize);
    } else back = kind === 2 ? (load<u16>(from) as usize) : (load<u32>(from) as usize);
    from += offsetBytes;
    if (back === 0 || back > out - firstOut || copied > outEnd - out) return false;
    if (copied + STEP_BYTES > outEnd - out) copyBytes(out, back, copied);
    else if (back >= STEP_BYTES) copyForward(out, out - back, copied);
    else repeat(out, back, copied);
    out += copied;
  }
  return out === outEnd;
}
