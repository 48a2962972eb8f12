import { INVALID_COUNT_UNIT, STATE_NULL, STATE_VALUE } from '../shapes';

/** True if a member of a vector has no value. If `states` is 0, all have one. */
export function isAbsent(states: usize, member: u32): bool {
  return states !== 0 && load<u8>(states + member) !== (STATE_VALUE as u8);
}

/** Stores the address and the length of a text. */
export function storeText(entry: usize, text: usize, end: usize): void {
  store<u32>(entry, text as u32);
  store<u32>(entry, (end - text) as u32, 4);
}

/** Stores the state of a value. Returns what it adds to the count of nulls and invalid values. */
export function storeState(at: usize, state: i32): i32 {
  store<u8>(at, state as u8);
  return state === STATE_VALUE ? 0 : state === STATE_NULL ? 1 : INVALID_COUNT_UNIT;
}
