import { didYouMean } from '../../shared/layout/did-you-mean.ts';

/** What stands for the day in names of files. */
export const DATED_NAME = ['{yyyyMMdd}', '{yyyy-MM-dd}'];
/** In the name of a file beside a data file: a marker, or the sender's manifest. */
export const BESIDE_NAME = ['{name}', '{stem}', ...DATED_NAME];
const PARTS_OF_NAME = ['{name}', '{stem}', '{path}'];
/** In the key of a file in the target. */
export const KEY_PARTS = ['{yyyy}', '{MM}', '{dd}', ...DATED_NAME, ...PARTS_OF_NAME];
/** Those that differ from day to day. */
const DAYS = ['{dd}', ...DATED_NAME];

/** The first placeholder without a meaning, with the nearest one that has one: left as it is, no file would ever fit. */
export function placeholderProblem(text: string, known: readonly string[]): string | undefined {
  const wrong = text.match(/\{[^{}]*\}/g)?.find((placeholder) => !known.includes(placeholder));
  return wrong === undefined ? undefined : `'${wrong}' means nothing here${didYouMean(wrong, known)}`;
}

/** Why files that the pattern names would get one and the same key. */
export function keyTemplateProblem(key: string, pattern: string): string | undefined {
  const has = (text: string, placeholders: readonly string[]) =>
    placeholders.some((placeholder) => text.includes(placeholder));
  const isWild = (text: string) => /[*?]/.test(text);
  if (!has(key, PARTS_OF_NAME)) {
    // A pattern without wildcards names one file, or one of each day.
    if (!isWild(pattern) && (has(key, DAYS) || !has(pattern, DATED_NAME))) return undefined;
    return `every file would get the same key: it must have one of ${PARTS_OF_NAME.join(', ')}`;
  }
  const name = pattern.slice(pattern.lastIndexOf('/') + 1);
  const isOneName = isWild(pattern) && !isWild(name) && !has(name, DATED_NAME);
  // Only their folders tell such files apart.
  return isOneName && !has(key, ['{path}', ...DAYS])
    ? 'files of several folders would get the same key: it must have {path}, or the day'
    : undefined;
}
