import { STATE_VALUE } from '../shapes';

/** True if a member of a vector has no value. If `states` is 0, all have one. */
export function isAbsent(states: usize, member: u32): bool {
  return states !== 0 && load<u8>(states + member) !== (STATE_VALUE as u8);
}
