import { CHARACTER_NO_BREAK_SPACE, CHARACTER_OTHER, CHARACTER_SLOT_BYTES } from '../shapes';

/**
 * Codes for the characters above U+007F of a file whose positions count characters, given to each when it is first seen:
 *
 *     J O S C3 89   →  4A 4F 53 81        slot 81: C3 89 00 00
 *     S C3 83 O     →  53 82 4F           slot 82: C3 83 00 00
 *
 * A code keeps its meaning until the page begins anew, so that two narrowed texts are equal if they are equal in UTF-8. If there are more
 * characters than codes, the rest share CHARACTER_OTHER, and their UTF-8 stands in the shadow of the area to which the record was narrowed:
 * four bytes for each of its bytes.
 */
const SLOTS: usize = memory.data(256 * 4, 16);
/** Codes of the characters of two bytes, U+0080 to U+07FF, by their eleven bits; 0 for none. */
const SHORT_CODES: usize = memory.data(2048, 16);
/** Codes of longer characters by hash: their UTF-8 (4 bytes), then their codes. */
const LONG_ENTRIES: usize = 512;
const LONG_WORDS: usize = memory.data(512 * 4, 16);
const LONG_CODES: usize = memory.data(512, 16);
/** Areas with a shadow: { start, end, shadow }. */
const MOST_AREAS = 8;
const AREAS: usize = memory.data(8 * 12, 16);

let nextCode: i32 = CHARACTER_NO_BREAK_SPACE;
let areaCount: i32 = 0;
/** Was CHARACTER_OTHER given to any character? */
let isOverfull = false;

/** UTF-8 of U+00A0, as a word. */
const NO_BREAK_SPACE_WORD: u32 = 0xa0c2;

/** Forgets all codes and areas. */
export function beginCharacterPage(): void {
  memory.fill(SLOTS, 0, 256 * 4);
  memory.fill(SHORT_CODES, 0, 2048);
  memory.fill(LONG_WORDS, 0, 512 * 4);
  nextCode = CHARACTER_NO_BREAK_SPACE;
  areaCount = 0;
  isOverfull = false;
  codeOf(NO_BREAK_SPACE_WORD, 2);
}

/** Records may be narrowed to [start, end) from now on; `shadow` has CHARACTER_SLOT_BYTES for each byte of it. */
export function addShadow(start: usize, end: usize, shadow: usize): void {
  if (areaCount === MOST_AREAS) unreachable();
  const area = AREAS + areaCount * 12;
  store<u32>(area, start as u32);
  store<u32>(area, end as u32, 4);
  store<u32>(area, shadow as u32, 8);
  areaCount++;
}

/** Address of the four bytes that stand for the byte at `at`; 0 if it is in no area. */
export function shadowOf(at: usize): usize {
  for (let index = 0; index < areaCount; index++) {
    const area = AREAS + index * 12;
    const start = load<u32>(area) as usize;
    if (at >= start && at < (load<u32>(area, 4) as usize)) {
      return (load<u32>(area, 8) as usize) + (at - start) * CHARACTER_SLOT_BYTES;
    }
  }
  return 0;
}

function giveCode(word: u32): u8 {
  if (nextCode === CHARACTER_OTHER) {
    isOverfull = true;
    return CHARACTER_OTHER as u8;
  }
  const code = nextCode++;
  store<u32>(SLOTS + (code << 2), word);
  return code as u8;
}

/** Code of the character whose UTF-8 is the lower `length` bytes of `word`; the others are zero. */
export function codeOf(word: u32, length: i32): u8 {
  if (length === 2) {
    const known = SHORT_CODES + (((word & 0x1f) << 6) | ((word >>> 8) & 0x3f));
    let code = load<u8>(known);
    if (code === 0) {
      code = giveCode(word);
      store<u8>(known, code);
    }
    return code;
  }
  let at = ((word * 0x9e3779b1) >>> 23) as usize;
  for (;;) {
    const known = load<u32>(LONG_WORDS + (at << 2));
    if (known === word) return load<u8>(LONG_CODES + at);
    if (known === 0) break;
    at = (at + 1) & (LONG_ENTRIES - 1);
  }
  const code = giveCode(word);
  // Others are not kept: the table stays nearly empty, and so are found missing at once.
  if (code !== (CHARACTER_OTHER as u8)) {
    store<u32>(LONG_WORDS + (at << 2), word);
    store<u8>(LONG_CODES + at, code);
  }
  return code;
}

/** UTF-8 of the narrowed character at `at`, which is not ASCII. */
export function wordAt(at: usize): u32 {
  const code = load<u8>(at);
  if (code !== (CHARACTER_OTHER as u8)) return load<u32>(SLOTS + ((code as usize) << 2));
  const shadow = shadowOf(at);
  return shadow === 0 ? 0 : load<u32>(shadow);
}

/** Bytes of a character of UTF-8 above U+007F, by its first. */
export function lengthOfWord(word: u32): i32 {
  const lead = word & 0xff;
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

/** Copies a narrowed record to another area, with its shadow. */
export function copyNarrowed(from: usize, to: usize, length: i32): void {
  memory.copy(to, from, length);
  if (!isOverfull) return;
  const shadow = shadowOf(from);
  // Lines of ASCII are read where they are, and have none.
  if (shadow !== 0) memory.copy(shadowOf(to), shadow, length * CHARACTER_SLOT_BYTES);
}

/**
 * Sets `outcomes` to `apart` for records with a character in one of their `segments` (pairs of { at, length }) whose narrowed byte does
 * not say which one it is. Returns how many there are.
 */
export function setApart(
  records: usize,
  count: i32,
  segments: usize,
  segmentCount: i32,
  apart: u8,
  outcomes: usize,
): i32 {
  if (!isOverfull) return 0;
  let found = 0;
  for (let record = 0; record < count; record++) {
    const start = load<u32>(records + (record << 2)) as usize;
    let isApart = false;
    for (let index = 0; index < segmentCount && !isApart; index++) {
      const segment = segments + (index << 3);
      const from = start + load<u32>(segment);
      const end = from + load<u32>(segment, 4);
      for (let at = from; at < end; at++) isApart = isApart || load<u8>(at) === (CHARACTER_OTHER as u8);
    }
    if (!isApart) continue;
    store<u8>(outcomes + record, apart);
    found++;
  }
  return found;
}
