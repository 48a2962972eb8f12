/** The same bytes each time, which hardly become smaller when they are compressed. */
export function noise(byteCount: number): Buffer {
  const bytes = Buffer.alloc(byteCount);
  let state = 1;
  for (let at = 0; at < byteCount; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
