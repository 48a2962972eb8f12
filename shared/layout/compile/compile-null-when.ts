import { distance } from 'fastest-levenshtein';
import { type CodePage, isEbcdic, literalBytes } from '../code-page.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Field, NullWhen, Positions } from '../field.ts';
import { type FieldType, isMoment } from '../field-type.ts';
import type { DefaultsEntry, FieldEntry } from '../layout-schema.ts';
import { storedPatterns } from './stored-patterns.ts';

/** Fill patterns by name. Every other text is a value. */
const FILLINGS = ['low-values', 'high-values', 'blanks'];

type FieldFacts = { type: FieldType; encoding: CodePage; positions: Positions };
type NullRules = Pick<Field, 'nullWhen' | 'rejectsBlanks'>;

/**
 * Checks `nullWhen`: what in a field means null. `entry` has the layout's defaults, `own` has not: a text that the field cannot hold is
 * a problem only if it is the field's own.
 */
export function compileNullWhen(
  entry: FieldEntry,
  own: FieldEntry,
  field: FieldFacts,
  at: string,
  problems: string[],
): NullRules {
  const texts = entry.nullWhen ?? [];
  const nullWhen = texts.flatMap((text, index) => {
    const rules = rulesOf(text, entry, field);
    if (typeof rules !== 'string') return rules;
    if (own.nullWhen) problems.push(`'${at}.nullWhen[${index}]' (${entry.name}) is '${text}'${rules}`);
    return [];
  });
  const isSaid = own.nullWhen !== undefined || texts.includes('blanks');
  return { nullWhen, rejectsBlanks: !isSaid && blanksAreANumber(entry, field.type) };
}

/** The texts in `defaults` that look like the name of a fill pattern and are not one. */
export function checkDefaultNullWhen({ nullWhen = [] }: DefaultsEntry, problems: string[]): void {
  for (const [index, text] of nullWhen.entries()) {
    const misspelt = misspeltFilling(text);
    if (misspelt) problems.push(`'defaults.nullWhen[${index}]' is '${text}'${misspelt}`);
  }
}

/** Can a field full of blanks be read as a number? A byte is too short to tell: 32 or 64 is what it says. */
function blanksAreANumber({ usage, signNibble, start, end }: FieldEntry, type: FieldType): boolean {
  if (end - start < 1 || isMoment(type)) return false;
  return usage === 'binary' || usage === 'float' || (usage === 'packed' && signNibble === false);
}

/** What a text of `nullWhen` means in a field; or, as the end of a sentence, why it means nothing. */
function rulesOf(
  text: string,
  entry: FieldEntry,
  { type, encoding, positions }: FieldFacts,
): NullWhen[] | string {
  const isNarrowed = positions === 'characters';
  const filled = (byte: number): NullWhen[] => [{ text, as: 'filled', bytes: Uint8Array.of(byte) }];
  if (text === 'low-values') return filled(0x00);
  if (text === 'high-values') {
    return isNarrowed ? ', which no text of UTF-8 holds: it can never match' : filled(0xff);
  }
  // National text of blanks is null as it is.
  if (text === 'blanks') return encoding === 'utf-16be' ? [] : filled(isEbcdic(encoding) ? 0x40 : 0x20);
  const misspelt = misspeltFilling(text);
  if (misspelt) return misspelt;
  if ((entry.usage ?? 'display') === 'display') {
    // The codes of other characters in narrowed records are not known before the file is read.
    return textRule(text, entry, isNarrowed ? 'us-ascii' : encoding);
  }
  const patterns = storedPatterns(text, entry, type);
  if (!patterns) {
    return `, and a field of usage '${entry.usage}' holds no text: say ${FILLINGS.join(', ')}, or a number such as -9999`;
  }
  if (patterns.length === 0) return `, a number that the field cannot hold: it can never match`;
  return patterns.map((bytes) => ({ text, as: 'whole', bytes }));
}

function textRule(text: string, entry: FieldEntry, encoding: CodePage): NullWhen[] | string {
  const trimmed = text.replace(/^[\0-\x20\x7f\xa0]+|[\0-\x20\x7f\xa0]+$/g, '');
  if (trimmed === '') return `, which is padding: say blanks or low-values`;
  const bytes = encoding === 'utf-16be' ? utf16(trimmed) : literalBytes(trimmed, encoding);
  if (!bytes) {
    const where = isEbcdic(encoding) ? ' at the same place in all EBCDIC code pages' : '';
    return `, which ${encoding} cannot hold${where}`;
  }
  const lengthBytes = entry.end - entry.start + 1;
  if (bytes.length > lengthBytes) {
    return `, ${bytes.length} bytes for a field of ${lengthBytes}: it can never match`;
  }
  return [{ text, as: 'trimmed', bytes }];
}

function utf16(text: string): Uint8Array {
  return Uint8Array.from(
    text.split('').flatMap((unit) => [unit.charCodeAt(0) >> 8, unit.charCodeAt(0) & 0xff]),
  );
}

/** `low-value`, `Blanks`, `spaces`: a name that is nearly right would be a text that no file has. */
function misspeltFilling(text: string): string | undefined {
  if (FILLINGS.includes(text)) return undefined;
  const word = text.toLowerCase().replace(/[_ ]/g, '-');
  const isNear = FILLINGS.some((name) => distance(word, name) <= 2) || /^spaces?$/.test(word);
  return isNear ? didYouMean(word.replace(/^spaces?$/, 'blanks'), FILLINGS) : undefined;
}
