import { closest } from 'fastest-levenshtein';

/** ` (did you mean 'start'?)` for a misspelt word, with the whole list where nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return '';
  return ` (the nearest valid one is '${closest(word, candidates)}'; valid: ${candidates.join(', ')})`;
}
