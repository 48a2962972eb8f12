import { type TokenReader, upper } from './token-reader.ts';
import type { Token } from './tokens.ts';

/** Values that are not quoted literals. */
const FIGURATIVE =
  /^(?:ZERO(?:E?S)?|SPACES?|HIGH-VALUES?|LOW-VALUES?|QUOTES?|NULLS?|[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:E[+-]?\d+)?)$/i;

/**
 * Reads what follows VALUE, as written: one literal, or for level 88 all of them.
 *
 *     VALUE ZEROS            88 IS-OPEN VALUES ARE 'A', 'C' THRU 'E' WHEN SET TO FALSE IS 'X'
 */
export function readValues(reader: TokenReader, start: Token, many: boolean): string[] {
  reader.skip('IS');
  reader.skip('ARE');
  const values: string[] = [];
  do {
    const value = readValue(reader);
    if (value === undefined) break;
    values.push(reader.skip('THRU') || reader.skip('THROUGH') ? readRange(reader, start, value) : value);
  } while (many);
  if (values.length === 0) {
    throw reader.wrong(start, `${upper(start)} without a literal`, 'a literal, a number or ZERO, SPACES …');
  }
  if (many && (reader.skip('WHEN') || reader.skip('SET') || reader.skip('FALSE'))) {
    for (const word of ['SET', 'TO', 'FALSE', 'IS']) reader.skip(word);
    readValue(reader);
  }
  return values;
}

function readRange(reader: TokenReader, start: Token, from: string): string {
  const end = readValue(reader);
  if (end !== undefined) return `${from} THRU ${end}`;
  throw reader.wrong(start, `a range from ${from} without an end`, 'a literal after THRU');
}

/** The next token if it is a value. */
function readValue(reader: TokenReader): string | undefined {
  const isRepeated = reader.skip('ALL');
  const token = reader.next;
  if (token && (token.kind === 'literal' || (token.kind === 'word' && FIGURATIVE.test(token.text)))) {
    reader.take();
    return isRepeated ? `ALL ${token.text}` : token.text;
  }
  if (!isRepeated) return undefined;
  throw reader.wrong(token ?? reader.take(), 'ALL without a literal', "a literal such as ALL '*'");
}
