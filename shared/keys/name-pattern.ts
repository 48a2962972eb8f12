/**
 * Patterns for names of files in configuration: `*` is any text without `/`, `?` one such character, `{yyyyMMdd}` and `{yyyy-MM-dd}` the
 * business date. Every other character means itself.
 */

/** `contratos_{yyyyMMdd}.ctl` of 2025-08-12 → `contratos_20250812.ctl`. */
export function withBusinessDate(pattern: string, businessDate: string): string {
  return pattern
    .replaceAll('{yyyyMMdd}', businessDate.replaceAll('-', ''))
    .replaceAll('{yyyy-MM-dd}', businessDate);
}

/** `contratos_{yyyyMMdd}_*` → `contratos_????????_*`: fits the names of every day. */
export function ofAnyDate(pattern: string): string {
  return pattern.replaceAll('{yyyyMMdd}', '????????').replaceAll('{yyyy-MM-dd}', '????-??-??');
}

/** Does the pattern fit this key? A pattern with a `/` is compared with the whole key, any other with its last segment. */
export function namesKey(pattern: string, sourceKey: string): boolean {
  const subject = pattern.includes('/') ? sourceKey : fileNameOf(sourceKey);
  return matchesFrom(pattern, 0, subject, 0);
}

export function fileNameOf(sourceKey: string): string {
  return sourceKey.slice(sourceKey.lastIndexOf('/') + 1);
}

/** `regular/2025/x.txt`, `x.ctl` → `regular/2025/x.ctl` */
export function besideKey(sourceKey: string, name: string): string {
  return `${sourceKey.slice(0, sourceKey.lastIndexOf('/') + 1)}${name}`;
}

/** Goes back to the last star only, so that no pattern needs more than pattern × subject steps. */
function matchesFrom(pattern: string, patternAt: number, subject: string, subjectAt: number): boolean {
  let at = patternAt;
  let on = subjectAt;
  let star = -1;
  let starOn = 0;
  while (on < subject.length) {
    if (pattern[at] === '*') {
      star = at++;
      starOn = on;
    } else if (pattern[at] === subject[on] || (pattern[at] === '?' && subject[on] !== '/')) {
      at++;
      on++;
    } else if (star >= 0 && subject[starOn] !== '/') {
      at = star + 1;
      on = ++starOn;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
