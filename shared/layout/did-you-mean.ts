import { closest } from 'fastest-levenshtein';

/** ` (the nearest valid one is 'start'; valid: name, start, end)` for a misspelt word; empty if there are no candidates. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return '';
  return ` (the nearest valid one is '${closest(word, candidates)}'; valid: ${candidates.join(', ')})`;
}

/** ` (the nearest valid one is 'start')`: the same if the candidates have been said. */
export function nearestOf(word: string, candidates: readonly string[]): string {
  return candidates.length === 0 ? '' : ` (the nearest valid one is '${closest(word, candidates)}')`;
}
