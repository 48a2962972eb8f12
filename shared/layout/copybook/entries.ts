import { copybookInvalid, type Place } from './copybook-invalid.ts';
import type { Token } from './tokens.ts';

/** Third pass: data description entries, each a level number, a name and its clauses as they are written. */
export interface Entry extends Place {
  level: number;
  /** Upper case; undefined for FILLER. */
  name: string | undefined;
  picture?: Clause<string>;
  usage?: Clause<Usage>;
  sign?: Clause<{ position: 'leading' | 'trailing'; separate: boolean }>;
  redefines?: Clause<string>;
  occurs?: Clause<Occurs>;
  synchronized?: Clause<true>;
  justified?: Clause<true>;
  blankWhenZero?: Clause<true>;
  /** Literals of VALUE as written; of an 88 its values, ranges as `a THRU b`. */
  values?: Clause<string[]>;
  renames?: Clause<{ from: string; through: string | undefined }>;
}

export interface Clause<T> extends Place {
  value: T;
}

/** How often an item stands in its record; `dependingOn` names the item that says how often it really does. */
export interface Occurs {
  min: number;
  max: number;
  dependingOn: string | undefined;
}

export type Usage =
  | 'display'
  | 'binary'
  | 'native-binary'
  | 'packed'
  | 'packed-unsigned'
  | 'float'
  | 'double'
  | 'national';

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
const USAGES_READ = 'DISPLAY, COMP, COMP-1 to COMP-6, BINARY, PACKED-DECIMAL, NATIONAL';
/** Words that begin a clause: where a name could stand, one of them means the item is FILLER. */
const CLAUSE_WORDS = new Set([
  ...['PIC', 'PICTURE', 'USAGE', 'SIGN', 'LEADING', 'TRAILING', 'REDEFINES', 'OCCURS', 'VALUE', 'VALUES'],
  ...['SYNC', 'SYNCHRONIZED', 'JUST', 'JUSTIFIED', 'BLANK', 'RENAMES', 'EXTERNAL', 'GLOBAL'],
]);
const NAME = /^[A-Z0-9](?:[A-Z0-9_-]*[A-Z0-9])?$/;
const MAX_NAME_LENGTH = 60;
const FIGURATIVE =
  /^(?:ALL|ZERO(?:E?S)?|SPACES?|HIGH-VALUES?|LOW-VALUES?|QUOTES?|NULLS?|[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:E[+-]?\d+)?)$/i;

/** Fails with `LayoutInvalid` at the first clause that is not understood: skipping one could move every field. */
export function entriesOf(tokens: Token[], file: string): Entry[] {
  const reader = new EntryReader(tokens, file);
  const entries: Entry[] = [];
  while (!reader.atEnd) entries.push(reader.entry());
  return entries;
}

class EntryReader {
  private readonly tokens: Token[];
  private readonly file: string;
  private at = 0;
  private current!: Entry;

  constructor(tokens: Token[], file: string) {
    this.tokens = tokens;
    this.file = file;
  }

  get atEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  entry(): Entry {
    const first = this.tokens[this.at]!;
    this.refuseStatement(first);
    const level = /^\d{1,2}$/.test(first.text) ? Number(first.text) : 0;
    const known = (level >= 1 && level <= 49) || level === 66 || level === 77 || level === 88;
    if (first.kind !== 'word' || !known) {
      throw copybookInvalid(this.file, first, {
        found:
          first.text === '78'
            ? 'level 78, a constant of some compilers,'
            : `'${shown(first)}' begins an entry`,
        expected: 'a level number: 01 to 49, 66, 77 or 88',
        next: 'If the file is read in the wrong format (fixed is columns 8 to 72), say the format: "fixed" or "free".',
      });
    }
    this.at++;
    this.current = { level, name: undefined, line: first.line, column: first.column };
    this.name();
    while (!this.takePeriod()) this.clause();
    return this.current;
  }

  private name(): void {
    const token = this.tokens[this.at];
    if (token?.kind !== 'word' || CLAUSE_WORDS.has(upper(token)) || usageWord(token) in USAGES) return;
    this.at++;
    if (upper(token) === 'FILLER') return;
    this.current.name = this.checkedName(token);
  }

  private checkedName(token: Token): string {
    const name = upper(token);
    if (token.kind === 'word' && NAME.test(name) && name.length <= MAX_NAME_LENGTH) return name;
    const placeholder = /[:(=]/.test(name);
    throw copybookInvalid(this.file, token, {
      field: this.current.name,
      found: `'${shown(token)}' is no data name`,
      expected: placeholder
        ? 'a name without placeholders: this one is filled in by COPY … REPLACING'
        : 'letters, digits, - and _, such as CUST-ID',
      next: placeholder ? 'Put into the copybook what the program replaces it with.' : undefined,
    });
  }

  private clause(): void {
    const token = this.tokens[this.at];
    if (!token) {
      const last = this.tokens.at(-1)!;
      throw copybookInvalid(this.file, last, {
        field: this.current.name ?? 'FILLER',
        found: `the copybook ends within the entry, behind '${shown(last)}'`,
        expected: 'a period',
        next: 'In the fixed format, text behind column 72 is not read.',
      });
    }
    this.refuseStatement(token);
    this.at++;
    const word = token.kind === 'word' ? usageWord(token) : '';
    switch (word) {
      case 'PIC':
      case 'PICTURE': {
        this.skip('IS');
        const picture = this.word('a picture such as X(10) or S9(7)V99');
        this.set('picture', picture, picture.text.toUpperCase());
        return;
      }
      case 'USAGE': {
        this.skip('IS');
        const usage = this.word(USAGES_READ);
        this.usage(usage, usageWord(usage));
        return;
      }
      case 'SIGN':
        this.skip('IS');
        this.sign(this.word('LEADING or TRAILING'));
        return;
      case 'LEADING':
      case 'TRAILING':
        this.sign(token);
        return;
      case 'REDEFINES':
        this.set('redefines', token, this.checkedName(this.word('the name of an item')));
        return;
      case 'OCCURS':
        this.occurs(token);
        return;
      case 'SYNC':
      case 'SYNCHRONIZED':
        this.skip('LEFT');
        this.skip('RIGHT');
        this.set('synchronized', token, true);
        return;
      case 'JUST':
      case 'JUSTIFIED':
        this.skip('RIGHT');
        this.set('justified', token, true);
        return;
      case 'BLANK': {
        this.skip('WHEN');
        const zero = this.word('ZERO');
        if (!/^ZERO(E?S)?$/.test(upper(zero)))
          throw this.wrong(zero, `'${shown(zero)}' behind BLANK`, 'ZERO');
        this.set('blankWhenZero', token, true);
        return;
      }
      case 'VALUE':
      case 'VALUES':
        this.values(token);
        return;
      case 'RENAMES': {
        const from = this.checkedName(this.word('the name of an item'));
        const through = this.skip('THRU') || this.skip('THROUGH');
        this.set('renames', token, {
          from,
          through: through ? this.checkedName(this.word('the name of an item')) : undefined,
        });
        return;
      }
      case 'EXTERNAL':
      case 'GLOBAL':
        return;
    }
    if (word in USAGES) {
      this.usage(token, word);
      return;
    }
    const level = /^\d{1,2}$/.test(word) && token.line > this.current.line;
    throw this.wrong(
      token,
      level
        ? `'${shown(token)}' begins a line while this entry has no period`
        : `'${shown(token)}' is no clause that is read`,
      level
        ? 'a period behind the entry before'
        : `a period, PIC, USAGE, SIGN, REDEFINES, OCCURS, VALUE, SYNC, JUSTIFIED, BLANK WHEN ZERO or a usage (${USAGES_READ})`,
    );
  }

  private usage(token: Token, word: string): void {
    const usage = Object.hasOwn(USAGES, word) ? USAGES[word] : undefined;
    if (!usage) throw this.wrong(token, `usage '${shown(token)}' is not read`, USAGES_READ);
    this.set('usage', token, usage);
  }

  private sign(token: Token): void {
    const word = upper(token);
    if (word !== 'LEADING' && word !== 'TRAILING') {
      throw this.wrong(token, `'${shown(token)}' behind SIGN`, 'LEADING or TRAILING');
    }
    const separate = this.skip('SEPARATE');
    if (separate) this.skip('CHARACTER');
    this.set('sign', token, { position: word === 'LEADING' ? 'leading' : 'trailing', separate });
  }

  private occurs(token: Token): void {
    const first = this.count();
    const max = this.skip('TO') ? this.count() : first;
    this.skip('TIMES');
    let dependingOn: string | undefined;
    for (;;) {
      if (this.skip('DEPENDING')) {
        this.skip('ON');
        dependingOn = this.checkedName(this.word('the name of an item'));
        while (this.skip('OF') || this.skip('IN')) this.word('the name of a group');
      } else if (this.skip('ASCENDING') || this.skip('DESCENDING')) {
        this.skip('KEY');
        this.skip('IS');
        this.names();
      } else if (this.skip('INDEXED')) {
        this.skip('BY');
        this.names();
      } else break;
    }
    if (dependingOn === undefined && max !== first) {
      throw this.wrong(
        token,
        `OCCURS ${first} TO ${max} without DEPENDING ON`,
        'the item that says how many there are',
      );
    }
    const min = dependingOn !== undefined && max === first ? 0 : first;
    if (max < 1 || min > max)
      throw this.wrong(token, `OCCURS ${first} TO ${max}`, 'a range that goes up, to at least 1');
    this.set('occurs', token, { min, max, dependingOn });
  }

  private count(): number {
    const token = this.word('a number of times');
    if (!/^\d{1,7}$/.test(token.text)) {
      throw this.wrong(token, `'${shown(token)}' behind OCCURS`, 'a number of at most 7 digits');
    }
    return Number(token.text);
  }

  /** Keys and index names say nothing of where bytes stand. */
  private names(): void {
    const stop = /^(ASCENDING|DESCENDING|INDEXED|DEPENDING)$/;
    for (;;) {
      const token = this.tokens[this.at];
      if (token?.kind !== 'word' || CLAUSE_WORDS.has(upper(token)) || stop.test(upper(token))) return;
      if (usageWord(token) in USAGES) return;
      this.at++;
      this.checkedName(token);
    }
  }

  private values(start: Token): void {
    this.skip('IS');
    this.skip('ARE');
    const values: string[] = [];
    for (;;) {
      const value = this.takeValue();
      if (value === undefined) break;
      if (this.skip('THRU') || this.skip('THROUGH')) {
        const end = this.takeValue();
        if (end === undefined)
          throw this.wrong(start, `a range from ${value} without an end`, 'a literal behind THRU');
        values.push(`${value} THRU ${end}`);
      } else values.push(value);
    }
    if (values.length === 0)
      throw this.wrong(start, `${upper(start)} without a literal`, 'a literal, a number or ZERO, SPACES …');
    if (this.skip('WHEN') || this.skip('SET') || this.skip('FALSE')) {
      for (const word of ['SET', 'TO', 'FALSE', 'IS']) this.skip(word);
      this.takeValue();
    }
    this.set('values', start, values);
  }

  private takeValue(): string | undefined {
    const token = this.tokens[this.at];
    if (!token || token.kind === 'period') return undefined;
    if (token.kind === 'word' && !FIGURATIVE.test(token.text)) return undefined;
    this.at++;
    if (upper(token) !== 'ALL') return token.text;
    const repeated = this.takeValue();
    if (repeated === undefined) throw this.wrong(token, 'ALL without a literal', "a literal such as ALL '*'");
    return `ALL ${repeated}`;
  }

  private set<K extends keyof Entry>(key: K, place: Place, value: unknown): void {
    if (this.current[key] !== undefined) {
      throw this.wrong(place, `a second ${String(key)} clause`, 'each clause once');
    }
    Object.assign(this.current, { [key]: { value, line: place.line, column: place.column } });
  }

  /** The next token, which must be a word. */
  private word(expected: string): Token {
    const token = this.tokens[this.at];
    if (token?.kind === 'word') {
      this.at++;
      return token;
    }
    const place = token ?? this.tokens.at(-1)!;
    throw this.wrong(place, token ? `'${shown(token)}'` : 'the copybook ends within the entry', expected);
  }

  private skip(word: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'word' || upper(token) !== word) return false;
    this.at++;
    return true;
  }

  private takePeriod(): boolean {
    if (this.tokens[this.at]?.kind !== 'period') return false;
    this.at++;
    return true;
  }

  private refuseStatement(token: Token): void {
    const word = token.kind === 'word' ? upper(token) : '';
    if (word === 'COPY' || word === 'REPLACE' || word === '++INCLUDE' || word === '-INC') {
      throw copybookInvalid(this.file, token, {
        field: this.current?.name,
        found: `${word} brings in text from elsewhere`,
        expected: 'the whole text of the copybook: COPY, REPLACING and REPLACE are not read',
        next: 'Put the copied text, with its replacements made, in place of the statement.',
      });
    }
    if (word === 'EXEC') {
      throw copybookInvalid(this.file, token, {
        found: 'EXEC begins a statement of a precompiler',
        expected: 'data descriptions only',
        next: 'Leave only the record description in the copybook.',
      });
    }
  }

  private wrong(place: Place, found: string, expected: string) {
    return copybookInvalid(this.file, place, { field: this.current?.name ?? 'FILLER', found, expected });
  }
}

function upper(token: Token): string {
  return token.text.toUpperCase();
}

/** `COMPUTATIONAL-3` → `COMP-3` */
function usageWord(token: Token): string {
  return upper(token).replace(/^COMPUTATIONAL(?=$|-)/, 'COMP');
}

function shown(token: Token): string {
  return token.text.slice(0, 40);
}
