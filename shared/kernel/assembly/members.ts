import { STATE_VALUE } from '../shapes';

/** Whether a member of a vector has no value; `states` 0 says that all have one. */
export function isAbsent(states: usize, member: u32): bool {
  return states !== 0 && load<u8>(states + member) !== (STATE_VALUE as u8);
}
