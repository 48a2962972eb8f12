import { beginsClause, USAGES_READ, usageOf } from './clause-words.ts';
import { copybookInvalid, type Place } from './copybook-invalid.ts';
import type { Entry } from './entry.ts';
import { readOccurs } from './occurs-clause.ts';
import { shown, TokenReader, upper } from './token-reader.ts';
import type { Token } from './tokens.ts';
import { readValues } from './value-clause.ts';

/** Items, groups and level 88 together; the largest copybooks of real systems have some 5,000. */
const MOST_ENTRIES = 20_000;

/**
 * Third pass: data description entries. Fails with `LayoutInvalid` at the first clause that is not understood:
 * skipping one could move every field after it.
 */
export function entriesOf(tokens: Token[], file: string): Entry[] {
  const reader = new TokenReader(tokens, file);
  const entries: Entry[] = [];
  while (reader.next) {
    if (entries.length === MOST_ENTRIES) {
      throw copybookInvalid(file, reader.next, {
        found: `more than ${MOST_ENTRIES} entries`,
        expected: 'the copybook of one record',
        next: 'Leave in the copybook only the record that the file holds.',
      });
    }
    entries.push(readEntry(reader));
  }
  return entries;
}

function readEntry(reader: TokenReader): Entry {
  reader.item = undefined;
  refuseStatement(reader, reader.next!);
  const entry = readLevel(reader);
  const token = reader.next;
  if (token?.kind === 'word' && !beginsClause(token) && !reader.skip('FILLER')) {
    entry.name = reader.takeName();
    reader.item = entry.name;
  }
  while (!reader.skipPeriod()) readClause(reader, entry);
  return entry;
}

function readLevel(reader: TokenReader): Entry {
  const first = reader.take();
  const level = first.kind === 'word' && /^\d{1,2}$/.test(first.text) ? Number(first.text) : 0;
  if ((level >= 1 && level <= 49) || level === 66 || level === 77 || level === 88) {
    return { level, name: undefined, line: first.line, column: first.column };
  }
  throw reader.misplaced(
    first,
    level === 78 ? 'level 78, a constant of some compilers,' : `'${shown(first)}' begins an entry`,
    'a level number: 01 to 49, 66, 77 or 88',
    'If the file is read in the wrong format (fixed is columns 8 to 72), say the format: "fixed" or "free".',
  );
}

function readClause(reader: TokenReader, entry: Entry): void {
  const token = reader.take();
  refuseStatement(reader, token);
  const clause = clauseOf(reader, entry, token);
  if (!clause) return;
  const { key, value, place } = clause;
  if (entry[key] !== undefined) throw reader.wrong(place, `a second ${key} clause`, 'each clause once');
  Object.assign(entry, { [key]: { value, line: place.line, column: place.column } });
}

interface ReadClause {
  key: Exclude<keyof Entry, 'level' | 'name' | 'line' | 'column'>;
  value: unknown;
  place: Place;
}

/** The clause that `token` begins; undefined for one that says nothing of the bytes. */
function clauseOf(reader: TokenReader, entry: Entry, token: Token): ReadClause | undefined {
  switch (token.kind === 'word' ? upper(token) : '') {
    case 'PIC':
    case 'PICTURE': {
      reader.skip('IS');
      const picture = reader.takeWord('a picture such as X(10) or S9(7)V99');
      return { key: 'picture', value: upper(picture), place: picture };
    }
    case 'USAGE':
      reader.skip('IS');
      return readUsage(reader, reader.takeWord(USAGES_READ));
    case 'SIGN':
      reader.skip('IS');
      return { key: 'sign', value: readSign(reader, reader.takeWord('LEADING or TRAILING')), place: token };
    case 'LEADING':
    case 'TRAILING':
      return { key: 'sign', value: readSign(reader, token), place: token };
    case 'REDEFINES':
      return { key: 'redefines', value: reader.takeName(), place: token };
    case 'OCCURS':
      return { key: 'occurs', value: readOccurs(reader, token), place: token };
    case 'SYNC':
    case 'SYNCHRONIZED':
      reader.skip('LEFT');
      reader.skip('RIGHT');
      return { key: 'synchronized', value: true, place: token };
    case 'JUST':
    case 'JUSTIFIED':
      reader.skip('RIGHT');
      return { key: 'justified', value: true, place: token };
    case 'BLANK': {
      reader.skip('WHEN');
      const zero = reader.takeWord('ZERO');
      if (/^ZERO(E?S)?$/.test(upper(zero))) return { key: 'blankWhenZero', value: true, place: token };
      throw reader.wrong(zero, `'${shown(zero)}' after BLANK`, 'ZERO');
    }
    case 'VALUE':
    case 'VALUES':
      return { key: 'values', value: readValues(reader, token, entry.level === 88), place: token };
    case 'RENAMES': {
      const from = reader.takeName();
      const isRange = reader.skip('THRU') || reader.skip('THROUGH');
      return {
        key: 'renames',
        value: { from, through: isRange ? reader.takeName() : undefined },
        place: token,
      };
    }
    case 'EXTERNAL':
    case 'GLOBAL':
      return undefined;
    default:
      if (token.kind === 'word' && usageOf(token)) return readUsage(reader, token);
      throw unknownClause(reader, entry, token);
  }
}

function readUsage(reader: TokenReader, word: Token): ReadClause {
  const usage = usageOf(word);
  if (usage) return { key: 'usage', value: usage, place: word };
  throw reader.wrong(word, `usage '${shown(word)}' is not read`, USAGES_READ);
}

function readSign(
  reader: TokenReader,
  token: Token,
): { position: 'leading' | 'trailing'; separate: boolean } {
  const word = upper(token);
  if (word !== 'LEADING' && word !== 'TRAILING') {
    throw reader.wrong(token, `'${shown(token)}' after SIGN`, 'LEADING or TRAILING');
  }
  const separate = reader.skip('SEPARATE');
  if (separate) reader.skip('CHARACTER');
  return { position: word === 'LEADING' ? 'leading' : 'trailing', separate };
}

function unknownClause(reader: TokenReader, entry: Entry, token: Token) {
  if (/^\d{1,2}$/.test(token.text) && token.line > entry.line) {
    return reader.wrong(
      token,
      `'${shown(token)}' begins a line while this entry has no period`,
      'a period at the end of the entry before',
    );
  }
  return reader.wrong(
    token,
    `'${shown(token)}' is not a clause that is read`,
    `a period, PIC, USAGE, SIGN, REDEFINES, OCCURS, VALUE, SYNC, JUSTIFIED, BLANK WHEN ZERO or a usage (${USAGES_READ})`,
  );
}

/** Statements that bring in text from elsewhere. */
function refuseStatement(reader: TokenReader, token: Token): void {
  const word = token.kind === 'word' ? upper(token) : '';
  if (word === 'COPY' || word === 'REPLACE' || word === '++INCLUDE' || word === '-INC') {
    throw reader.misplaced(
      token,
      `${word} brings in text from elsewhere`,
      'the whole text of the copybook: COPY, REPLACING and REPLACE are not read',
      'Put the copied text, with its replacements made, in place of the statement.',
    );
  }
  if (word === 'EXEC') {
    throw reader.misplaced(
      token,
      'EXEC begins a statement of a precompiler',
      'data descriptions only',
      'Leave only the record description in the copybook.',
    );
  }
}
