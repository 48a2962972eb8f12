import { beginsClause } from './clause-words.ts';
import type { Occurs } from './entry.ts';
import { shown, type TokenReader, upper } from './token-reader.ts';
import type { Token } from './tokens.ts';

/**
 * Reads what follows OCCURS:
 *
 *     OCCURS 12 TIMES INDEXED BY IX
 *     OCCURS 0 TO 99 TIMES DEPENDING ON LINE-COUNT OF HEADER ASCENDING KEY IS LINE-NUMBER
 */
export function readOccurs(reader: TokenReader, occurs: Token): Occurs {
  const first = readCount(reader);
  const max = reader.skip('TO') ? readCount(reader) : first;
  reader.skip('TIMES');
  let dependingOn: string | undefined;
  for (;;) {
    if (reader.skip('DEPENDING')) {
      reader.skip('ON');
      dependingOn = reader.takeName();
      while (reader.skip('OF') || reader.skip('IN')) reader.takeName();
    } else if (reader.skip('ASCENDING') || reader.skip('DESCENDING')) {
      reader.skip('KEY');
      reader.skip('IS');
      skipNames(reader);
    } else if (reader.skip('INDEXED')) {
      reader.skip('BY');
      skipNames(reader);
    } else break;
  }
  if (dependingOn === undefined && max !== first) {
    throw reader.wrong(
      occurs,
      `OCCURS ${first} TO ${max} without DEPENDING ON`,
      'the item that says how many there are',
    );
  }
  const min = dependingOn !== undefined && max === first ? 0 : first;
  if (max < 1 || min > max) {
    throw reader.wrong(occurs, `OCCURS ${first} TO ${max}`, 'an ascending range that ends at 1 or more');
  }
  return { min, max, dependingOn };
}

function readCount(reader: TokenReader): number {
  const token = reader.takeWord('a number of times');
  if (!/^\d{1,7}$/.test(token.text)) {
    throw reader.wrong(token, `'${shown(token)}' after OCCURS`, 'a number of at most 7 digits');
  }
  return Number(token.text);
}

/** Keys and index names do not move bytes. */
function skipNames(reader: TokenReader): void {
  for (;;) {
    const token = reader.next;
    if (token?.kind !== 'word' || beginsClause(token)) return;
    if (/^(ASCENDING|DESCENDING|INDEXED|DEPENDING)$/.test(upper(token))) return;
    reader.takeName();
  }
}
