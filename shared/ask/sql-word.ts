import type { SqlToken } from './sql-tokens.ts';

/** A name as both engines compare it, in lower case; of another token nothing. */
export function wordOf({ kind, text }: SqlToken): string[] {
  if (kind === 'word') return [text.toLowerCase()];
  return kind === 'quoted-name' ? [text.slice(1, -1).replaceAll('""', '"').toLowerCase()] : [];
}
