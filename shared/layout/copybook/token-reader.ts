import { copybookInvalid, type Place } from './copybook-invalid.ts';
import type { Token } from './tokens.ts';

const NAME = /^[A-Z0-9](?:[A-Z0-9_-]*[A-Z0-9])?$/;
const MAX_NAME_LENGTH = 60;

/** Reads tokens one by one; its errors name the item that is being read. */
export class TokenReader {
  /** Name of the item, for errors. */
  item: string | undefined;
  private readonly tokens: Token[];
  private readonly file: string;
  private at = 0;

  constructor(tokens: Token[], file: string) {
    this.tokens = tokens;
    this.file = file;
  }

  /** The next token; undefined at the end. */
  get next(): Token | undefined {
    return this.tokens[this.at];
  }

  /** The next token, which must be there. */
  take(): Token {
    const token = this.tokens[this.at];
    if (token) {
      this.at++;
      return token;
    }
    const last = this.tokens.at(-1)!;
    throw copybookInvalid(this.file, last, {
      field: this.item ?? 'FILLER',
      found: `the copybook ends within the entry, after '${shown(last)}'`,
      expected: 'a period',
      next: 'In the fixed format, text after column 72 is not read.',
    });
  }

  /** The next token, which must be a word. */
  takeWord(expected: string): Token {
    const token = this.take();
    if (token.kind !== 'word') throw this.wrong(token, `'${shown(token)}'`, expected);
    return token;
  }

  /** The next token, which must be a data name: in upper case. */
  takeName(): string {
    const token = this.takeWord('the name of an item');
    const name = upper(token);
    if (NAME.test(name) && name.length <= MAX_NAME_LENGTH) return name;
    const placeholder = /[:(=]/.test(name);
    throw copybookInvalid(this.file, token, {
      field: this.item,
      found: `'${shown(token)}' is not a data name`,
      expected: placeholder
        ? 'a name without placeholders: COPY … REPLACING fills this one in'
        : 'letters, digits, - and _, such as CUST-ID',
      next: placeholder ? 'Put the text that the program replaces it with into the copybook.' : undefined,
    });
  }

  /** Skips the next token if it is this word. */
  skip(word: string): boolean {
    const token = this.next;
    if (token?.kind !== 'word' || upper(token) !== word) return false;
    this.at++;
    return true;
  }

  skipPeriod(): boolean {
    if (this.next?.kind !== 'period') return false;
    this.at++;
    return true;
  }

  wrong(place: Place, found: string, expected: string, next?: string) {
    return copybookInvalid(this.file, place, { field: this.item ?? 'FILLER', found, expected, next });
  }

  /** Like `wrong`, for a token in the place of an entry. */
  misplaced(place: Place, found: string, expected: string, next: string) {
    return copybookInvalid(this.file, place, { field: this.item, found, expected, next });
  }
}

export function upper(token: Token): string {
  return token.text.toUpperCase();
}

/** The beginning of a token, for messages. */
export function shown(token: Token): string {
  return token.text.slice(0, 40);
}
