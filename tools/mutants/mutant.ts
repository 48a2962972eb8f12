/** One small wrong change of one file, and the tests that must see it. */
export interface Mutant {
  file: string;
  from: string;
  to: string;
  /** Offset of `from` in the file; without it, `from` must be in the file exactly once. */
  at?: number;
  /** What goes wrong with it. */
  why: string;
  /** Test files, from the project's folder. */
  tests: readonly string[];
}

/** The text with the change; undefined if the text to change is not there exactly once. */
export function mutated(text: string, { from, to, at }: Mutant): string | undefined {
  const start = at ?? text.indexOf(from);
  const isThere = start >= 0 && text.startsWith(from, start);
  if (!isThere || (at === undefined && text.indexOf(from, start + 1) >= 0)) return undefined;
  return text.slice(0, start) + to + text.slice(start + from.length);
}

/** `shared/day/day-commit.ts:12  a < b → a <= b` */
export function mutantName({ file, from, to, at }: Mutant, text: string): string {
  const line = text.slice(0, at ?? text.indexOf(from)).split('\n').length;
  return `${file}:${line}  ${oneLine(from)} → ${oneLine(to) || '(nothing)'}`;
}

function oneLine(code: string): string {
  const flat = code.replace(/\s+/g, ' ').trim();
  return flat.length > 70 ? `${flat.slice(0, 67)}…` : flat;
}
