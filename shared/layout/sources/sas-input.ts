import type { LayoutInvalid } from '../../errors.ts';
import { columnName, FieldList, type Notes, type PositionEntry } from './position-entry.ts';
import { sasColumns, sasInformat } from './sas-informat.ts';
import { inputTokens, type SasToken } from './sas-source.ts';

type Fail = (line: number, why: string) => LayoutInvalid;

/** Does the text read like an INPUT statement, or like the inside of one? */
export function isSasProgram(text: string): boolean {
  return (
    /^[^\S\n]*@\s*\d+\s+\w/m.test(text) ||
    /^[^\S\n]*input(\s|$)/im.test(text) ||
    /^[^\S\n]*[a-z_]\w*\s+\$?\s*\d+\s*-\s*\d+\s*(\.\d+)?\s*;?\s*$/im.test(text)
  );
}

/**
 * The fields of a SAS INPUT statement, as statistics agencies publish them. A pointer stands at the next column to be read; column
 * input and formatted input leave it after the field, `@n` and `+n` move it
 * (SAS DATA Step Statements: Reference, "INPUT Statement", "INPUT Statement, Column", "INPUT Statement, Formatted").
 *
 *     INPUT UF $ 1-2          column input: text, bytes 1 to 2
 *           IDADE 3-5         number, bytes 3 to 5
 *           RENDA 11.2        formatted input: bytes 6 to 16, the column after the last
 *           +3 NASC YYMMDD8.  three columns further on: bytes 20 to 27
 *           @30 (P1-P3) (2.)  three numbers, from 30, from 32 and from 34
 *
 * Values that are divided by blanks (list input), several lines for a record and pointers at texts have no fixed positions: they
 * are refused.
 */
export function sasFields(text: string, fail: Fail, notes: Notes): PositionEntry[] {
  const { tokens, inputs } = inputTokens(text);
  const [, second] = inputs;
  if (second) {
    throw fail(
      second.line,
      'it is a second INPUT statement: import each into a layout, or a record type, of its own',
    );
  }
  return new InputReader(tokens, fail, notes).fields();
}

class InputReader {
  private at = 0;
  /** Column that is read next, from 1. */
  private column = 1;
  private readonly found = new FieldList();
  private readonly tokens: SasToken[];
  private readonly fail: Fail;
  private readonly notes: Notes;

  constructor(tokens: SasToken[], fail: Fail, notes: Notes) {
    this.tokens = tokens;
    this.fail = fail;
    this.notes = notes;
  }

  fields(): PositionEntry[] {
    for (let token = this.next(); token; token = this.next()) {
      if (!this.isPointer(token)) this.variable(token);
    }
    return this.found.fields;
  }

  private next(): SasToken | undefined {
    return this.tokens[this.at++];
  }

  private peek(ahead = 0): string {
    return this.tokens[this.at + ahead]?.text ?? '';
  }

  /** Moves the pointer if the token is a pointer control. */
  private isPointer({ text, line }: SasToken): boolean {
    if (/^\+\d+$/.test(text)) {
      this.column += Number(text.slice(1));
      return true;
    }
    if (text.startsWith('#') || text === '/') {
      if (text === '#1' && this.found.fields.length === 0) return true;
      throw this.fail(
        line,
        `'${text}' reads another line for the same record: join the lines, or import each as a layout`,
      );
    }
    if (!text.startsWith('@')) return false;
    const target = this.next();
    if (text !== '@' || !target) {
      throw this.fail(
        line,
        `'${text}' at the end holds the line for another INPUT statement: import each statement on its own`,
      );
    }
    if (!/^\d{1,7}$/.test(target.text)) {
      throw this.fail(
        line,
        `'@${target.text}' is a place that differs from record to record; only @ and a number is read`,
      );
    }
    this.column = Number(target.text);
    if (this.column < 1) throw this.fail(line, 'positions count from 1');
    return true;
  }

  /** One field, or the fields of a list in brackets. */
  private variable(token: SasToken): void {
    if (token.text === '(') {
      this.group(token.line);
      return;
    }
    const { text, line } = token;
    if (!/^[A-Za-z_]\w*$/.test(text))
      throw this.fail(line, `'${text.slice(0, 40)}' is not the name of a variable`);
    const isText = this.peek() === '$';
    if (isText) this.at++;
    const columns = this.columns();
    if (columns) {
      const scale = /^\.\d{1,2}$/.test(this.peek()) ? Number(this.next()!.text.slice(1)) : 0;
      this.add(token, sasColumns(columns, isText, scale));
      return;
    }
    if (!isText && isInformat(this.peek())) this.formatted(token, this.next()!);
    else
      throw this.fail(
        line,
        `'${text}' has neither columns nor an informat: it is list input, which divides values by blanks. Give ${text} its columns: ${text} ${isText ? '$ ' : ''}1-10`,
      );
  }

  /** `1-10`, `1 - 10`, or `7`, at the place of the columns. */
  private columns(): { start: number; end: number } | undefined {
    const written = [0, 1, 2].map((ahead) => this.peek(ahead));
    const joined = [3, 2, 1].map((count) => ({ count, text: written.slice(0, count).join('') }));
    const range = joined.find(({ text }) => /^\d{1,7}-\d{1,7}$/.test(text));
    const single = /^\d{1,7}$/.test(this.peek()) ? { count: 1, text: this.peek() } : undefined;
    const { count, text } = range ?? single ?? {};
    if (count === undefined || text === undefined) return undefined;
    this.at += count;
    const [start = 0, end = start] = text.split('-').map(Number);
    return { start, end };
  }

  /** `(A B X1-X3) ($2. +1 3*4.)`: the informats are used in turn, again from the first if there are more variables. */
  private group(line: number): void {
    const names = this.bracketed(line).flatMap((token) => this.rangeOf(token));
    const opening = this.next();
    if (opening?.text !== '(')
      throw this.fail(line, 'the list of variables in brackets has no list of informats after it');
    const informats = this.bracketed(line)
      .filter(({ text }) => text !== ',')
      .flatMap(repeated);
    if (!informats.some(({ text }) => isInformat(text)))
      throw this.fail(line, 'the list of informats has none');
    let used = 0;
    for (const name of names) {
      for (;;) {
        const informat = informats[used++ % informats.length]!;
        if (isInformat(informat.text)) {
          this.formatted(name, informat);
          break;
        }
        if (/^\+\d+$/.test(informat.text)) this.column += Number(informat.text.slice(1));
        else
          throw this.fail(
            informat.line,
            `'${informat.text}' in a list of informats is not read (valid: informats, n*informat, +n)`,
          );
      }
    }
  }

  private bracketed(line: number): SasToken[] {
    const inside: SasToken[] = [];
    for (let token = this.next(); token; token = this.next()) {
      if (token.text === ')') return inside;
      inside.push(token);
    }
    throw this.fail(line, 'a bracket is not closed');
  }

  /** `X08-X10` → `X08`, `X09`, `X10` */
  private rangeOf({ text, line }: SasToken): SasToken[] {
    const [, stem, from = '', other, to = ''] =
      /^([A-Za-z_]\w*?)(\d+)-([A-Za-z_]\w*?)(\d+)$/.exec(text) ?? [];
    if (stem === undefined) {
      if (/^[A-Za-z_]\w*$/.test(text)) return [{ text, line }];
      throw this.fail(line, `'${text.slice(0, 40)}' is not the name of a variable, nor names such as X1-X10`);
    }
    const count = Number(to) - Number(from) + 1;
    if (stem.toLowerCase() !== other?.toLowerCase() || count < 1 || count > 10_000) {
      throw this.fail(line, `'${text}' is not a range of variables such as X1-X10`);
    }
    return Array.from({ length: count }, (_, index) => ({
      text: `${stem}${String(Number(from) + index).padStart(from.length, '0')}`,
      line,
    }));
  }

  private formatted(name: SasToken, informat: SasToken): void {
    const why = (text: string) => this.fail(informat.line, text);
    this.add(name, sasInformat(informat.text, this.column, why, this.notes));
  }

  private add({ text, line }: SasToken, place: Omit<PositionEntry, 'name'>): void {
    const name = columnName(text);
    if (place.end < place.start || place.start < 1) {
      throw this.fail(line, `'${text}' goes from ${place.start} to ${place.end}`);
    }
    this.found.add({ name, ...place }, (why) => this.fail(line, why));
    this.column = place.end + 1;
  }
}

function isInformat(text: string): boolean {
  return /^\$?[A-Za-z_]?\w*\.\d{0,2}$/.test(text) && text !== '.';
}

/** `3*$2.` → three of `$2.` */
function repeated({ text, line }: SasToken): SasToken[] {
  const [, times = '1', informat = text] = /^(\d{1,4})\*(.+)$/.exec(text) ?? [];
  return Array.from({ length: Number(times) }, () => ({ text: informat, line }));
}
