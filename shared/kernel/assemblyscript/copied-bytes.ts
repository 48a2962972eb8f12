/** Copies in larger steps go so far over their end at most. */
export const STEP_BYTES: usize = 16;

/** Copies `length` bytes that begin `back` before `out`, one by one: near the end of the output. */
export function copyBytes(out: usize, back: usize, length: usize): void {
  for (const end = out + length; out < end; out++) store<u8>(out, load<u8>(out - back));
}

/** Copies `length` bytes in steps of 16, the last one over the end. `from` is at least 16 bytes before `to`, or elsewhere. */
export function copyForward(to: usize, from: usize, length: usize): void {
  for (let done: usize = 0; done < length; done += 16) v128.store(to + done, v128.load(from + done));
}

/** Writes `length` bytes that repeat the `back` before them, fewer than 16, up to 7 over the end. */
export function repeat(out: usize, back: usize, length: usize): void {
  const from = out - back;
  const end = out + length;
  // Each step doubles what is there to be copied, until a word has no byte twice.
  while (out - from < 8 && out < end) {
    const distance = out - from;
    store<u64>(out, load<u64>(from));
    out += distance;
  }
  for (let distance = out - from; out < end; out += 8) store<u64>(out, load<u64>(out - distance));
}
