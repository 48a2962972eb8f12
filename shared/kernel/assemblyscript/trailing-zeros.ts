import { STATE_VALUE } from '../shapes';
import { powerOfTen } from './digits';

/** Multiplies numbers whose picture has Ps after its digits: `123` in 9(3)P(2) is 12300. The layout was checked: nothing overflows. */
export function scaleInt64s(states: usize, values: usize, count: i32, zeros: i32): void {
  const factor = powerOfTen(zeros);
  for (let record = 0; record < count; record++) {
    if (load<u8>(states + record) !== (STATE_VALUE as u8)) continue;
    store<u64>(values + (record << 3), load<u64>(values + (record << 3)) * factor);
  }
}

/** Like `scaleInt64s`, for values of 16 bytes. */
export function scaleInt128s(states: usize, values: usize, count: i32, zeros: i32): void {
  for (let record = 0; record < count; record++) {
    if (load<u8>(states + record) !== (STATE_VALUE as u8)) continue;
    const value = values + (record << 4);
    let high = bswap<u64>(load<u64>(value));
    let low = bswap<u64>(load<u64>(value, 8));
    // Nine zeros at a time, in halves of 32 bits, so that no carry is lost. Two's complement multiplies like any number.
    for (let left = zeros; left > 0; left -= 9) {
      const factor = powerOfTen(left < 9 ? left : 9);
      const lower = (low & 0xffffffff) * factor;
      const upper = (low >>> 32) * factor + (lower >>> 32);
      low = (upper << 32) | (lower & 0xffffffff);
      high = high * factor + (upper >>> 32);
    }
    store<u64>(value, bswap<u64>(high));
    store<u64>(value, bswap<u64>(low), 8);
  }
}
