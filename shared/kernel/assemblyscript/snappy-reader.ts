/** Copies in larger steps go so far over their end at most. */
const STEP_BYTES: usize = 16;

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

/** Copies `length` bytes one by one, near the end of the output. */
function copyBytes(out: usize, back: usize, length: usize): void {
  for (const end = out + length; out < end; out++) store<u8>(out, load<u8>(out - back));
}

/** Copies `length` bytes in steps of 16, the last one over the end. `from` is at least 16 bytes before `to`, or elsewhere. */
function copyForward(to: usize, from: usize, length: usize): void {
  for (let done: usize = 0; done < length; done += 16) v128.store(to + done, v128.load(from + done));
}

/** Writes `length` bytes that repeat the `back` before them, fewer than 16, up to 7 over the end. */
function repeat(out: usize, back: usize, length: usize): void {
  const from = out - back;
  const end = out + length;
  // Each step doubles what is there to be copied, until a word has no byte twice.
  while (out - from < 8 && out < end) {
    const distance = out - from;
    store<u64>(out, load<u64>(from));
    out += distance;
  }
  for (let distance = out - from; out < end; out += 8) store<u64>(out, load<u64>(out - distance));
}
