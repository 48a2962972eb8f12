import { LIMB_DIGITS, STATE_INVALID, STATE_VALUE } from '../shapes';
import { readDigit } from './digits';

/**
 * Sums texts of digits as numbers, for hash totals of identifiers. Only records whose `counted` byte is set count; all if `counted` is
 * 0. `limbs` are words of 8 bytes, the lowest nine digits first; one batch cannot make them overflow. Returns how many texts are not digits.
 *
 *     12345678901 → limbs 345678901, 12
 */
export function sumDigitTexts(states: usize, values: usize, counted: usize, count: i32, limbs: usize): i32 {
  let undecodable = 0;
  for (let record = 0; record < count; record++) {
    if (counted !== 0 && load<u8>(counted + record) === 0) continue;
    const state = load<u8>(states + record);
    if (state === (STATE_INVALID as u8)) undecodable++;
    if (state !== (STATE_VALUE as u8)) continue;
    const text = load<u32>(values + (record << 3)) as usize;
    const length = load<u32>(values + (record << 3), 4);
    if (!isDigits(text, length)) {
      undecodable++;
      continue;
    }
    let limb = limbs;
    let end = length as i32;
    while (end > 0) {
      const from = end > LIMB_DIGITS ? end - LIMB_DIGITS : 0;
      let part: u64 = 0;
      for (let index = from; index < end; index++) part = part * 10 + (readDigit(text + index) as u64);
      store<u64>(limb, load<u64>(limb) + part);
      limb += 8;
      end = from;
    }
  }
  return undecodable;
}

function isDigits(text: usize, length: u32): bool {
  for (let index: u32 = 0; index < length; index++) if (readDigit(text + index) > 9) return false;
  return true;
}
