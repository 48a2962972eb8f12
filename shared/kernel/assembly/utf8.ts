/**
 * Bytes of the well-formed UTF-8 sequence at `at`, whose first byte is above 0x7f; 0 where it is ill-formed or cut off by `end`.
 * (The Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.)
 */
export function utf8Length(at: usize, end: usize): i32 {
  const lead = load<u8>(at);
  let length = 0;
  let lowest: u8 = 0x80;
  let highest: u8 = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) length = 2;
  else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead === 0xe0) lowest = 0xa0;
    if (lead === 0xed) highest = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead === 0xf0) lowest = 0x90;
    if (lead === 0xf4) highest = 0x8f;
  }
  if (length === 0 || at + length > end) return 0;
  const second = load<u8>(at, 1);
  if (second < lowest || second > highest) return 0;
  for (let index = 2; index < length; index++) {
    const byte = load<u8>(at + index);
    if (byte < 0x80 || byte > 0xbf) return 0;
  }
  return length;
}

/** Whether [at, end) is well-formed UTF-8. */
export function isUtf8(at: usize, end: usize): bool {
  while (at < end) {
    if (load<u8>(at) < 0x80) at++;
    else {
      const length = utf8Length(at, end);
      if (length === 0) return false;
      at += length;
    }
  }
  return true;
}

/** Writes [at, end) of ISO-8859-1 as UTF-8 to `out` and returns the address behind it. Writes up to 15 bytes beyond. */
export function latin1ToUtf8(at: usize, end: usize, out: usize): usize {
  while (at < end) {
    const bytes = v128.load(at);
    const room = end - at;
    let high = i8x16.bitmask(bytes);
    if (room < 16) high &= (1 << (room as i32)) - 1;
    v128.store(out, bytes);
    if (high === 0) {
      const copied = room < 16 ? room : 16;
      at += copied;
      out += copied;
      continue;
    }
    const plain = ctz(high);
    at += plain;
    out += plain;
    const byte = load<u8>(at);
    store<u8>(out, 0xc0 | (byte >>> 6));
    store<u8>(out, 0x80 | (byte & 0x3f), 1);
    at++;
    out += 2;
  }
  return out;
}
