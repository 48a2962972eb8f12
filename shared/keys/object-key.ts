/** Why `key` cannot be an object's key, or undefined if it can. Keys are relative, `/`-separated, at most 1,024 bytes. */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'it is empty';
  if (key.includes('\0')) return 'it holds a NUL';
  if (Buffer.byteLength(key) > 1024) return 'it is longer than 1,024 bytes';
  const segments = key.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return "it has an empty segment, '.' or '..'";
  }
  return undefined;
}
