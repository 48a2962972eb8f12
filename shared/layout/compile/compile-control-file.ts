import { isEbcdic } from '../code-page.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { ControlFileRule } from '../layout.ts';
import type { ControlFileEntry } from '../layout-schema.ts';
import { compileControlFields } from './compile-control-record.ts';
import { compileEncoding } from './compile-encoding.ts';
import type { FieldContext } from './compile-field.ts';
import { compileMatch } from './compile-match.ts';

const PLACEHOLDERS = ['{name}', '{stem}'];

/** Checks `controlFile`: the file beside each data file that states its totals. It has a code page and a length of its own. */
export function compileControlFile(entry: ControlFileEntry, outer: FieldContext): ControlFileRule {
  const { problems } = outer;
  const at = 'controlFile';
  const encoding =
    entry.encoding === undefined
      ? outer.encoding
      : compileEncoding(entry.encoding, `${at}.encoding`, problems);
  const format = entry.format ?? 'lines';
  const mayCount = encoding === 'utf-8' && format === 'lines';
  const positions = entry.positions ?? (mayCount ? outer.positions : 'bytes');
  if (positions === 'characters' && !mayCount) {
    problems.push(
      `'controlFile.positions' is 'characters', which is for lines in utf-8 only, but these are ${format} in ${encoding}`,
    );
  }
  const context: FieldContext = { ...outer, encoding, positions, recordLengthBytes: entry.length };
  checkName(entry.name, problems);
  if (isEbcdic(encoding) && format === 'lines') {
    problems.push(
      `'controlFile.format' is 'lines', which end at an ASCII line feed, and its encoding is '${encoding}' (valid: fixed)`,
    );
  }
  return {
    name: entry.name,
    format,
    positions,
    lengthBytes: entry.length,
    encoding,
    match: entry.match && compileMatch(entry.match, `${at}.match`, context),
    fields: compileControlFields(entry.fields, at, context),
    whenMissing: entry.whenMissing ?? 'refuse',
  };
}

function checkName(name: string, problems: string[]): void {
  for (const placeholder of name.match(/\{[^}]*\}/g) ?? []) {
    if (PLACEHOLDERS.includes(placeholder)) continue;
    problems.push(`'controlFile.name' has '${placeholder}'${didYouMean(placeholder, PLACEHOLDERS)}`);
  }
  if (name.includes('/')) {
    problems.push(`'controlFile.name' is '${name}': it is a name beside the data file, not a path`);
  }
  if (name === '{name}') problems.push("'controlFile.name' is '{name}', which is the data file itself");
}
