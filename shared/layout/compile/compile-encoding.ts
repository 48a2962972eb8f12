import { CODE_PAGES, type Encoding, isCodePage, isEncoding } from '../code-page.ts';
import { didYouMean } from '../did-you-mean.ts';

/** Checks the code page of a whole file; `at` is its key. */
export function compileEncoding(name: string, at: string, problems: string[]): Encoding {
  if (!isCodePage(name)) problems.push(`'${at}' is '${name}'${didYouMean(name, CODE_PAGES)}`);
  else if (!isEncoding(name)) problems.push(`'${at}' is '${name}', which is for single fields only`);
  else return name;
  return 'us-ascii';
}
