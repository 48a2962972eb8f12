import { type CodePage, isEbcdic, literalBytes } from '../code-page.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Field, Selection } from '../field.ts';
import type { MatchPlace, RecordMatch } from '../layout.ts';
import type { MatchEntry, MatchPlaceEntry, SelectionEntry } from '../layout-schema.ts';
import { compileRange, type FieldContext } from './compile-field.ts';
import { filledUp } from './filled-literals.ts';

/** Checks a `match`: the bytes at one or several places that make a record a header, a trailer or one of a type. */
export function compileMatch(entry: MatchEntry, at: string, context: FieldContext): RecordMatch {
  if (!Array.isArray(entry)) return [compilePlace(entry, at, context)];
  const [first, ...others] = entry.map((place, index) => compilePlace(place, `${at}[${index}]`, context));
  // The schema wants at least one.
  return [first!, ...others];
}

function compilePlace(entry: MatchPlaceEntry, at: string, context: FieldContext): MatchPlace {
  const range = compileRange(entry, at, context);
  const { anyOf, text } = compileLiterals(
    entry,
    range.endByte - range.startByte,
    at,
    literalContext(context),
  );
  return { positions: context.positions, ...range, anyOf, text };
}

/**
 * Checks a `when`: the rule that says whether a field is there. It looks at bytes of the record, or at a field of display text
 * by its name. The text of a string field is compared without its padding of blanks and NULs: at its end, and in front of it too if
 * the field is trimmed on both sides.
 */
export function compileSelection(
  entry: SelectionEntry,
  at: string,
  fields: readonly Field[],
  context: FieldContext,
): Omit<Selection, 'inOccurrence'> {
  const { problems } = context;
  const nowhere = { startByte: 0, endByte: 0, anyOf: [] };
  const { field: name, start, end } = entry;
  const place = start === undefined || end === undefined ? undefined : { start, end };
  if ((name === undefined) === (place === undefined)) {
    problems.push(`'${at}' needs 'field', or 'start' and 'end'`);
    return nowhere;
  }
  if (place) {
    const range = compileRange(place, at, context);
    return {
      ...range,
      anyOf: compileLiterals(entry, range.endByte - range.startByte, at, literalContext(context)).anyOf,
    };
  }
  const own = fields.filter(({ origin }) => origin.kind === 'record');
  const field = own.find((candidate) => candidate.name === name);
  if (!field) {
    const names = own.map((candidate) => candidate.name);
    problems.push(`'${at}.field' is '${name}', which is not a field here${didYouMean(name ?? '', names)}`);
    return nowhere;
  }
  const { startByte, endByte } = field;
  const lengthBytes = endByte - startByte;
  const padded = field.usage === 'display' && field.type.kind === 'string' ? lengthBytes : 0;
  const inItsPage = literalContext({ problems, encoding: field.encoding, positions: field.positions });
  const { anyOf } = compileLiterals(entry, lengthBytes, at, inItsPage, padded);
  const isPadded = padded > 0 && entry.equals !== undefined;
  return { startByte, endByte, anyOf: isPadded ? filledUp(anyOf, field) : anyOf };
}

/** Where positions are characters, rules name ASCII only (check-characters.ts). */
function literalContext({
  encoding,
  positions,
  problems,
}: Pick<FieldContext, 'positions' | 'problems'> & { encoding: CodePage }) {
  return { encoding: positions === 'characters' ? ('us-ascii' as const) : encoding, problems };
}

/** Bytes of `equals` or `hex`, each `lengthBytes` long; texts are filled up to `paddedBytes`. */
function compileLiterals(
  entry: Pick<MatchPlaceEntry, 'equals' | 'hex'>,
  lengthBytes: number,
  at: string,
  context: { encoding: CodePage; problems: string[] },
  paddedBytes = 0,
): { anyOf: Uint8Array[]; text: string } {
  const { encoding, problems } = context;
  const said = entry.equals ?? entry.hex;
  if (said === undefined || (entry.equals !== undefined && entry.hex !== undefined)) {
    problems.push(`'${at}' needs 'equals' or 'hex', but not both`);
    return { anyOf: [], text: '' };
  }
  const key = entry.equals === undefined ? 'hex' : 'equals';
  const texts = typeof said === 'string' ? [said] : said;
  const anyOf: Uint8Array[] = [];
  for (const text of texts) {
    const bytes = key === 'hex' ? hexBytes(text) : literalBytes(text.padEnd(paddedBytes, ' '), encoding);
    if (bytes === undefined) {
      const where = isEbcdic(encoding) ? ' at the same place in all EBCDIC code pages' : '';
      const why =
        key === 'hex' ? 'which is not hexadecimal, such as "0AFF"' : `which ${encoding} cannot hold${where}`;
      problems.push(`'${at}.${key}' is '${text}', ${why}`);
    } else if (bytes.length !== lengthBytes) {
      problems.push(`'${at}.${key}' is '${text}' for ${lengthBytes} bytes: it can never match`);
    } else anyOf.push(bytes);
  }
  const quote = key === 'hex' ? '' : "'";
  return { anyOf, text: texts.map((text) => `${quote}${text}${quote}`).join(' or ') };
}

function hexBytes(text: string): Uint8Array | undefined {
  return /^([0-9a-f]{2})+$/i.test(text) ? new Uint8Array(Buffer.from(text, 'hex')) : undefined;
}
