import type { Usage } from './entry.ts';
import { upper } from './token-reader.ts';
import type { Token } from './tokens.ts';

const USAGES: Record<string, Usage> = {
  DISPLAY: 'display',
  COMP: 'binary',
  'COMP-4': 'binary',
  BINARY: 'binary',
  'COMP-5': 'native-binary',
  'COMP-1': 'float',
  'COMP-2': 'double',
  'COMP-3': 'packed',
  'PACKED-DECIMAL': 'packed',
  'COMP-6': 'packed-unsigned',
  NATIONAL: 'national',
};
/** The usages that are read, for messages. */
export const USAGES_READ = 'DISPLAY, COMP, COMP-1 to COMP-6, BINARY, PACKED-DECIMAL, NATIONAL';
/** Words that begin a clause: in the place of a name, one of them means that the item is FILLER. */
const CLAUSE_WORDS = new Set([
  ...['PIC', 'PICTURE', 'USAGE', 'SIGN', 'LEADING', 'TRAILING', 'REDEFINES', 'OCCURS', 'VALUE', 'VALUES'],
  ...['SYNC', 'SYNCHRONIZED', 'JUST', 'JUSTIFIED', 'BLANK', 'RENAMES', 'EXTERNAL', 'GLOBAL'],
]);

/** Is the token a word that begins a clause, and so not a name? */
export function beginsClause(token: Token): boolean {
  return CLAUSE_WORDS.has(upper(token)) || usageOf(token) !== undefined;
}

/** The usage of a word such as `COMPUTATIONAL-3`; undefined if it is not a usage that is read. */
export function usageOf(token: Token): Usage | undefined {
  const word = upper(token).replace(/^COMPUTATIONAL(?=$|-)/, 'COMP');
  return Object.hasOwn(USAGES, word) ? USAGES[word] : undefined;
}
