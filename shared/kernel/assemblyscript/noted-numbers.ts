import {
  MARK_AROUND,
  MARK_NEGATIVE,
  NUMBER_BLANK_SIGN,
  NUMBER_EXPLICIT_SCALE,
  NUMBER_LEFT,
  NUMBER_MARKS,
  NUMBER_MOST_DIGITS,
  NUMBER_POINT,
  NUMBER_POINT_OPTIONAL,
  NUMBER_PUNCHES,
  NUMBER_SCALE,
  NUMBER_SCALE_BYTES,
  NUMBER_SIGN,
  NUMBER_SIGN_BYTES,
  NUMBER_THOUSANDS,
  SIGN_BESIDE,
  SIGN_LEADING,
  SIGN_LEADING_SEPARATE,
  SIGN_MARKS,
  SIGN_TRAILING,
  SIGN_TRAILING_SEPARATE,
  STATE_INVALID,
  STATE_NULL,
  STATE_VALUE,
} from '../shapes';
import { isBlank } from './blanks';
import { readDigit } from './digits';
import {
  beginNumber,
  collect,
  collectedCount,
  isPoint,
  NOT_PUNCHED,
  readsTwoWays,
  setNegative,
} from './number-text';

/**
 * Reads numbers of notations that a layout must describe: thousands separators, marks as signs, digits to the left, a point that may
 * be left out, and a sign or a number of decimals in other bytes, which then follow the field. decode-number.ts does the same in clearer code.
 */

const SPACE: u8 = 0x20;
const PLUS: u8 = 0x2b;
const MINUS: u8 = 0x2d;

/** The part of the number that is not read yet. */
let at: usize = 0;
let stop: usize = 0;
/** Digits with a sign over them, before and after that part; -1 if there is none. */
let firstDigit = -1;
let lastDigit = -1;

/** Reads a number like `readNumber` in number-text.ts. */
export function readNoted(start: usize, width: i32, form: usize): i32 {
  if (isBlank(start, width)) return STATE_NULL;
  beginNumber();
  at = start;
  stop = start + width;
  firstDigit = -1;
  lastDigit = -1;
  if (!takeSign(form)) return STATE_INVALID;
  // Digits to the left begin at the first byte, or after their sign.
  if (load<i32>(form, NUMBER_LEFT) === 0 && firstDigit < 0) skipBlanks();
  const isRead =
    load<i32>(form, NUMBER_SCALE_BYTES) > 0
      ? collectScaled(form, start + width + load<i32>(form, NUMBER_SIGN_BYTES))
      : collectGroups(form);
  return isRead && collectedCount() <= load<i32>(form, NUMBER_MOST_DIGITS) ? STATE_VALUE : STATE_INVALID;
}

function skipBlanks(): void {
  while (at < stop && load<u8>(at) === SPACE) at++;
}

function dropBlanks(): void {
  while (stop > at && load<u8>(stop - 1) === SPACE) stop--;
}

/** Takes the sign away from the number; false if there is none and must be one. */
function takeSign(form: usize): bool {
  const sign = load<i32>(form, NUMBER_SIGN);
  const fieldEnd = stop;
  const isLeft = load<i32>(form, NUMBER_LEFT) !== 0;
  const isLoose = isLeft || load<i32>(form, NUMBER_EXPLICIT_SCALE) >= 0;
  if (isLoose) dropBlanks();
  if (sign === SIGN_LEADING_SEPARATE) return takeLeading(form, isLeft);
  if (sign === SIGN_TRAILING_SEPARATE) return takeTrailing(form, fieldEnd, isLoose);
  if (sign === SIGN_MARKS) return takeMark(form, fieldEnd, isLeft, isLoose);
  if (sign === SIGN_BESIDE) return takeBeside(form, fieldEnd);
  if (sign === SIGN_LEADING) firstDigit = punchedAt(form, at++);
  else if (sign === SIGN_TRAILING) lastDigit = punchedAt(form, --stop);
  return firstDigit !== NOT_PUNCHED && lastDigit !== NOT_PUNCHED;
}

/** The digit below a sign, which it takes; `NOT_PUNCHED` if there is none. */
function punchedAt(form: usize, place: usize): i32 {
  const digit = load<u8>((load<u32>(form, NUMBER_PUNCHES) as usize) + load<u8>(place)) as i32;
  if (digit === NOT_PUNCHED) return digit;
  setNegative(digit >= 16);
  return digit & 15;
}

function isSign(place: usize): bool {
  const byte = load<u8>(place);
  if (byte !== PLUS && byte !== MINUS) return false;
  setNegative(byte === MINUS);
  return true;
}

function takeLeading(form: usize, isLeft: bool): bool {
  const place = at;
  if (!isLeft) skipBlanks();
  if (at < stop && isSign(at)) {
    at++;
    skipBlanks();
    return true;
  }
  if (load<i32>(form, NUMBER_BLANK_SIGN) === 0 || load<u8>(place) !== SPACE) return false;
  if (isLeft) at++;
  return true;
}

function takeTrailing(form: usize, fieldEnd: usize, isLoose: bool): bool {
  if (isSign(stop - 1)) stop--;
  else if (load<i32>(form, NUMBER_BLANK_SIGN) === 0 || load<u8>(fieldEnd - 1) !== SPACE) return false;
  else if (!isLoose) stop--;
  if (isLoose) dropBlanks();
  return true;
}

/** Takes one mark before, after or around the digits. Without blanks by notation, the digits end where a mark can follow. */
function takeMark(form: usize, fieldEnd: usize, isLeft: bool, isLoose: bool): bool {
  if (isLeft && load<u8>(at) === SPACE) return false;
  skipBlanks();
  dropBlanks();
  const marks = load<u32>(form, NUMBER_MARKS) as usize;
  if (!findMark(marks) && load<i32>(form, NUMBER_BLANK_SIGN) === 0) return false;
  // The first mark is the longest.
  return isLoose || fieldEnd - stop <= (load<u8>(marks, 1) as usize);
}

function findMark(marks: usize): bool {
  const count = load<u8>(marks) as i32;
  for (let side = 0; side < 2; side++) {
    let mark = marks + 1;
    for (let index = 0; index < count; index++) {
      const length = load<u8>(mark) as usize;
      const flags = load<u8>(mark, 1) as i32;
      if (stop - at >= length && isMarkAt(mark, length, (flags & MARK_AROUND) !== 0, side === 0)) {
        setNegative((flags & MARK_NEGATIVE) !== 0);
        skipBlanks();
        dropBlanks();
        return true;
      }
      mark += length + 2;
    }
  }
  return false;
}

/** Takes a mark away if it is there: before the digits or around them if `isBefore`, else after them. */
function isMarkAt(mark: usize, length: usize, isAround: bool, isBefore: bool): bool {
  if (isAround) {
    if (!isBefore || load<u8>(at) !== load<u8>(mark, 2) || load<u8>(stop - 1) !== load<u8>(mark, 3))
      return false;
    at++;
    stop--;
    return true;
  }
  if (memory.compare(isBefore ? at : stop - length, mark + 2, length) !== 0) return false;
  if (isBefore) at += length;
  else stop -= length;
  return true;
}

/** Reads the sign in the bytes after the field: one of the marks and nothing else. */
function takeBeside(form: usize, fieldEnd: usize): bool {
  let from = fieldEnd;
  let to = fieldEnd + load<i32>(form, NUMBER_SIGN_BYTES);
  while (from < to && load<u8>(from) === SPACE) from++;
  while (to > from && load<u8>(to - 1) === SPACE) to--;
  if (from === to) return load<i32>(form, NUMBER_BLANK_SIGN) !== 0;
  let mark = load<u32>(form, NUMBER_MARKS) as usize;
  const count = load<u8>(mark++) as i32;
  for (let index = 0; index < count; index++) {
    const length = load<u8>(mark) as usize;
    if (length === to - from && memory.compare(from, mark + 2, length) === 0) {
      setNegative(((load<u8>(mark, 1) as i32) & MARK_NEGATIVE) !== 0);
      return true;
    }
    mark += length + 2;
  }
  return false;
}

/** Collects digits with or without separators between groups of three, and decimals after a point, if there is one. */
function collectGroups(form: usize): bool {
  const scale = load<i32>(form, NUMBER_EXPLICIT_SCALE);
  const point = load<u8>(form, NUMBER_POINT);
  const thousands = load<u8>(form, NUMBER_THOUSANDS);
  let whole = 0;
  let separators = 0;
  // Digits since the last separator.
  let group = 0;
  let fraction = -1;
  if (firstDigit >= 0) {
    collect(firstDigit);
    whole++;
  }
  for (; at < stop; at++) {
    const byte = load<u8>(at);
    const divides = thousands !== 0 && byte === thousands;
    if (fraction < 0 && (divides || (scale >= 0 && isPoint(byte, point)))) {
      if (separators > 0 ? group !== 3 : divides && (group < 1 || group > 3)) return false;
      group = 0;
      if (divides) separators++;
      else fraction = 0;
      continue;
    }
    const digit = readDigit(at);
    if (digit > 9) return false;
    if (fraction >= scale && fraction >= 0 && digit > 0) return false;
    if (fraction < 0 || fraction < scale) collect(digit as i32);
    if (fraction >= 0) fraction++;
    else {
      whole++;
      group++;
    }
  }
  if (lastDigit >= 0) {
    collect(lastDigit);
    whole++;
  }
  if (fraction < 0 && separators > 0 && group !== 3) return false;
  if (whole === 0 && fraction <= 0) return false;
  if (point === 0 && readsTwoWays(whole, fraction)) return false;
  if (fraction < 0 && load<i32>(form, NUMBER_POINT_OPTIONAL) !== 0) return true;
  for (let missing = scale - (fraction > 0 ? fraction : 0); missing > 0; missing--) collect(0);
  return true;
}

/** Collects digits whose number of decimals is in the bytes at `scaleAt`; decimals beyond the scale of the value must be zeros. */
function collectScaled(form: usize, scaleAt: usize): bool {
  const scaleEnd = scaleAt + load<i32>(form, NUMBER_SCALE_BYTES);
  while (scaleAt < scaleEnd && load<u8>(scaleAt) === SPACE) scaleAt++;
  if (scaleAt === scaleEnd) return false;
  let decimals = 0;
  for (; scaleAt < scaleEnd; scaleAt++) {
    const digit = readDigit(scaleAt);
    if (digit > 9) return false;
    decimals = decimals * 10 + (digit as i32);
  }
  const scale = load<i32>(form, NUMBER_SCALE);
  const count = ((stop - at) as i32) + ((firstDigit >= 0) as i32) + ((lastDigit >= 0) as i32);
  if (count === 0) return false;
  const kept = count - (decimals > scale ? decimals - scale : 0);
  for (let index = 0; index < count; index++) {
    let digit: u32;
    if (index === 0 && firstDigit >= 0) digit = firstDigit as u32;
    else if (index === count - 1 && lastDigit >= 0) digit = lastDigit as u32;
    else digit = readDigit(at++);
    if (digit > 9 || (index >= kept && digit > 0)) return false;
    if (index < kept) collect(digit as i32);
  }
  for (let missing = scale - decimals; missing > 0; missing--) collect(0);
  return true;
}
