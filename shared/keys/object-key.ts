/** Why `key` cannot be an object's key, or undefined if it can. Keys are relative, `/`-separated, at most 1,024 bytes. */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'it is empty';
  if (key.includes('\0')) return 'it holds a NUL';
  // No character has more than three bytes for each unit of a text.
  if (key.length * 3 > 1024 && Buffer.byteLength(key) > 1024) return 'it is longer than 1,024 bytes';
  return NO_SEGMENT.test(key) ? "it has an empty segment, '.' or '..'" : undefined;
}

const NO_SEGMENT = /(?:^|\/)\.{0,2}(?:\/|$)/;
