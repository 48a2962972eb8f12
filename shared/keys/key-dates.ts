import { businessDatesOfFolders, businessDatesOfName, possibleDatesOf } from './business-date.ts';
import { fileNameOf, namesKey, withBusinessDate } from './name-pattern.ts';

/** The days that a key says, by the part of the key that counts. More than one day means that the key does not say which. */
export interface KeyDates {
  /** `key`: its year=/month=/day= folders. `name`: the name of the file, or the place that a pattern of `files` gives the date. */
  origin: 'key' | 'name';
  dates: string[];
  /** What the other parts of the key say. */
  others: string[];
}

/**
 * The business date that a key says. The first of these that has a date counts, because each says it more plainly than the next: the
 * `year=/month=/day=` folders; a pattern of the layout's `files` with `{yyyyMMdd}` or `{yyyy-MM-dd}`; eight digits of the name. Any eight
 * digits that are a day count, so a branch number such as 20250101 makes a name that does not say which day it is for.
 */
export function datesOfKey(sourceKey: string, patterns: readonly string[]): KeyDates {
  const folders = businessDatesOfFolders(sourceKey);
  const placed = datesByPattern(sourceKey, patterns);
  const named = businessDatesOfName(fileNameOf(sourceKey));
  if (folders.length > 0) {
    return { origin: 'key', dates: folders, others: placed.length > 0 ? placed : named };
  }
  if (placed.length > 0) return { origin: 'name', dates: placed, others: [] };
  return { origin: 'name', dates: named, others: [] };
}

/** `mov_{yyyyMMdd}_gerado_*` and `mov_20250811_gerado_20250812.txt` → 2025-08-11. */
function datesByPattern(sourceKey: string, patterns: readonly string[]): string[] {
  const dated = patterns.filter((pattern) => /\{yyyy-?MM-?dd\}/.test(pattern));
  return possibleDatesOf(sourceKey).filter((date) =>
    dated.some((pattern) => namesKey(withBusinessDate(pattern, date), sourceKey)),
  );
}
