import { distance } from 'fastest-levenshtein';

/** ` (the nearest valid one is 'start'; valid: name, start, end)` for a misspelt word; empty if there are no candidates. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const nearest = nearestWord(word, candidates);
  return nearest === undefined
    ? ''
    : ` (the nearest valid one is '${nearest}'; valid: ${candidates.join(', ')})`;
}

/** ` (the nearest valid one is 'start')`: the same if the candidates have been said. */
export function nearestOf(word: string, candidates: readonly string[]): string {
  const nearest = nearestWord(word, candidates);
  return nearest === undefined ? '' : ` (the nearest valid one is '${nearest}')`;
}

function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const slips = typingDistance(word, candidate);
    if (slips < least) [nearest, least] = [candidate, slips];
  }
  return nearest;
}

/** How many slips of the fingers are between two words; two neighbouring letters in the wrong order are one: `stauts`. */
export function typingDistance(typed: string, word: string): number {
  let least = distance(typed, word);
  for (let at = 0; at + 1 < typed.length; at++) {
    const swapped = typed.slice(0, at) + typed[at + 1] + typed[at] + typed.slice(at + 2);
    least = Math.min(least, 1 + distance(swapped, word));
  }
  return least;
}
