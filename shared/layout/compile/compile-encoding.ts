import { CODE_PAGES, codePageOf, type Encoding, isEncoding } from '../code-page.ts';
import { didYouMean } from '../did-you-mean.ts';

/** Checks the code page of a whole file; `at` is its key. */
export function compileEncoding(name: string, at: string, problems: string[]): Encoding {
  const page = codePageOf(name);
  if (!page) problems.push(`'${at}' is '${name}'${didYouMean(name, CODE_PAGES)}`);
  else if (!isEncoding(page)) problems.push(`'${at}' is '${name}', which is for single fields only`);
  else return page;
  return 'us-ascii';
}
