/**
 * The sequences section of a block (RFC 8878, 3.1.1.3.2). A sequence is a count of literals, and a match: an offset and a length.
 *
 *     count, 1 to 3 bytes │ modes of the three codes │ their tables │ bits of the sequences, the last one first
 */
const RLE_MODES: u8 = 0x54;
/** The length of a match whose code is 0. */
const LEAST_MATCH: u32 = 3;

/** Writes the number of sequences. */
function writeCount(count: u32, out: usize): usize {
  if (count < 128) {
    store<u8>(out, count as u8);
    return out + 1;
  }
  if (count < 0x7f00) {
    store<u8>(out, ((count >>> 8) + 128) as u8);
    store<u8>(out, count as u8, 1);
    return out + 2;
  }
  store<u8>(out, 255);
  store<u16>(out, (count - 0x7f00) as u16, 1);
  return out + 3;
}

/**
 * Writes sequences that are all the same: up to 15 literals, a match of up to 34 bytes. An offset of other value than 1, which is the
 * last offset again, must be that of a single sequence. Returns the address after the section.
 */
export function writeSame(count: u32, literal: u32, offsetValue: u32, match: u32, out: usize): usize {
  out = writeCount(count, out);
  if (count === 0) return out;
  const offsetCode = 31 - clz(offsetValue);
  store<u8>(out, RLE_MODES);
  store<u8>(out, literal as u8, 1);
  store<u8>(out, offsetCode as u8, 2);
  store<u8>(out, (match - LEAST_MATCH) as u8, 3);
  // The bits of the offset below its highest, and the 1 that ends them: together the offset itself.
  store<u8>(out, offsetValue as u8, 4);
  return out + 5;
}
