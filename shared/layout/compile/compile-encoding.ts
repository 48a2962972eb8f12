import { CODE_PAGES, isCodePage } from '../code-page.ts';
import type { Encoding } from '../layout.ts';
import { didYouMean } from '../nearest.ts';

/** Checks the code page of a whole file; `at` is its key. */
export function compileEncoding(name: string, at: string, problems: string[]): Encoding {
  if (!isCodePage(name)) problems.push(`'${at}' is '${name}'${didYouMean(name, CODE_PAGES)}`);
  else if (name === 'utf-16be') problems.push(`'${at}' is 'utf-16be', which is for single fields only`);
  else return name;
  return 'us-ascii';
}
