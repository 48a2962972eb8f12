import { INVALID_COUNT_UNIT, STATE_INVALID, STATE_NULL, STATE_VALUE } from '../shapes';
import { isFilledWith } from './blanks';
import { RESULT } from './result';

/** Sets a field to null if every byte of it is `byte`. Returns how many of them had a value + how many were invalid × INVALID_COUNT_UNIT. */
export function nullFilled(records: usize, count: i32, at: i32, width: i32, byte: u8, states: usize): i32 {
  let values = 0;
  let invalids = 0;
  for (let record = 0; record < count; record++) {
    const state = load<u8>(states + record);
    if (state === (STATE_NULL as u8)) continue;
    if (!isFilledWith((load<u32>(records + (record << 2)) as usize) + at, width, byte)) continue;
    store<u8>(states + record, STATE_NULL as u8);
    if (state === (STATE_VALUE as u8)) values++;
    else invalids++;
  }
  return values + invalids * INVALID_COUNT_UNIT;
}

/**
 * Makes a field invalid if the end of its record cuts it, and if it begins at or after that end null (`absentIsNull`) or invalid. Returns how
 * many of these fields had a value + how many were invalid × INVALID_COUNT_UNIT; RESULT: how many are invalid now.
 */
export function nullBeyond(
  records: usize,
  ends: usize,
  count: i32,
  startByte: i32,
  endByte: i32,
  absentIsNull: bool,
  states: usize,
): i32 {
  let values = 0;
  let invalids = 0;
  let wrong = 0;
  for (let record = 0; record < count; record++) {
    const at = load<u32>(records + (record << 2));
    const end = load<u32>(ends + (record << 2));
    if (at + endByte <= end) continue;
    const state = load<u8>(states + record);
    if (state === (STATE_VALUE as u8)) values++;
    else if (state !== (STATE_NULL as u8)) invalids++;
    const isWrong = !absentIsNull || at + startByte < end;
    if (isWrong) wrong++;
    store<u8>(states + record, (isWrong ? STATE_INVALID : STATE_NULL) as u8);
  }
  store<i32>(RESULT, wrong);
  return values + invalids * INVALID_COUNT_UNIT;
}

/** Makes blank fields (so far null) zeros of `entryBytes` each, or invalid. Returns how many there were. */
export function settleBlanks(states: usize, values: usize, count: i32, entryBytes: i32, toZero: bool): i32 {
  let blanks = 0;
  for (let record = 0; record < count; record++) {
    if (load<u8>(states + record) !== (STATE_NULL as u8)) continue;
    blanks++;
    store<u8>(states + record, (toZero ? STATE_VALUE : STATE_INVALID) as u8);
    if (toZero) memory.fill(values + record * entryBytes, 0, entryBytes);
  }
  return blanks;
}

/**
 * Counts the values of the rows that are kept: those whose partition is not -1, or all if `partitions` is 0. `rowOf` is 0, or has the row of
 * each entry of a list.
 */
export function countValues(states: usize, count: i32, rowOf: usize, partitions: usize): i32 {
  let values = 0;
  let entry = 0;
  if (partitions === 0) {
    const value = i8x16.splat(STATE_VALUE as u8);
    for (; entry + 16 <= count; entry += 16) {
      values += popcnt(i8x16.bitmask(i8x16.eq(v128.load(states + entry), value)));
    }
  }
  for (; entry < count; entry++) {
    if (load<u8>(states + entry) !== (STATE_VALUE as u8)) continue;
    const row = rowOf === 0 ? entry : load<u32>(rowOf + (entry << 2));
    if (partitions === 0 || load<i32>(partitions + (row << 2)) >= 0) values++;
  }
  return values;
}
