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

/** Patterns to compare many keys with: each key costs the patterns that begin and end like it, not all of them. */
export class NamePatterns {
  /** Patterns without wildcards. */
  private readonly exact = new Map<string, number[]>();
  /** Patterns with wildcards, by the lengths of the texts before the first and after the last, then by these texts. */
  private readonly wild = new Map<string, { ends: Ends; byTexts: Map<string, number[]> }>();
  private readonly patterns: readonly string[];

  constructor(patterns: readonly string[]) {
    this.patterns = patterns;
    for (const [index, pattern] of patterns.entries()) {
      const wildcards = /[*?]/.exec(pattern);
      if (!wildcards) add(this.exact, pattern, index);
      else {
        const ends = {
          isPath: pattern.includes('/'),
          before: wildcards.index,
          after: pattern.length - 1 - Math.max(pattern.lastIndexOf('*'), pattern.lastIndexOf('?')),
        };
        const name = JSON.stringify(ends);
        const group = this.wild.get(name) ?? { ends, byTexts: new Map<string, number[]>() };
        this.wild.set(name, group);
        add(group.byTexts, endTexts(pattern, ends), index);
      }
    }
  }

  /** Indices of the patterns that fit the key, as `namesKey` says. */
  fitting(sourceKey: string): number[] {
    const name = fileNameOf(sourceKey);
    const found = [...(this.exact.get(name) ?? [])];
    if (name !== sourceKey) found.push(...(this.exact.get(sourceKey) ?? []));
    for (const { ends, byTexts } of this.wild.values()) {
      const subject = ends.isPath ? sourceKey : name;
      for (const index of byTexts.get(endTexts(subject, ends)) ?? []) {
        if (namesKey(this.patterns[index]!, sourceKey)) found.push(index);
      }
    }
    return found;
  }
}

interface Ends {
  isPath: boolean;
  before: number;
  after: number;
}

function endTexts(text: string, { before, after }: Ends): string {
  return `${text.slice(0, before)}\n${text.slice(text.length - after)}`;
}

function add(indices: Map<string, number[]>, name: string, index: number): void {
  const known = indices.get(name);
  if (known) known.push(index);
  else indices.set(name, [index]);
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
  let star: { at: number; on: number } | undefined;
  while (on < subject.length) {
    if (pattern[at] === '*') star = { at: at++, on };
    else if (pattern[at] === subject[on] || (pattern[at] === '?' && subject[on] !== '/')) {
      at++;
      on++;
    } else if (star && subject[star.on] !== '/') {
      at = star.at + 1;
      on = ++star.on;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
