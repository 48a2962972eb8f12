import { CODE_PAGES, type CodePage, codePageOf, type Encoding } from '../code-page.ts';
import { parseDateFormat } from '../date-format.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Field, Personal, Positions } from '../field.ts';
import {
  DECIMAL_DIGITS,
  FIELD_TYPE_NAMES,
  type FieldType,
  INT64_DIGITS,
  isMoment,
  isNumber,
  parseFieldType,
  scaleOf,
  TYPE_KEYS,
  typesWithKey,
} from '../field-type.ts';
import type { DefaultsEntry, FieldEntry } from '../layout-schema.ts';
import { mayHoldPoint } from '../number-notation.ts';
import { compileForm, digitCapacity } from './compile-form.ts';
import { compileNotation } from './compile-notation.ts';
import { compileNullWhen } from './compile-null-when.ts';
import { withDefaults } from './field-defaults.ts';

/** The parts of the layout that a field depends on, and the list for its problems. */
export interface FieldContext {
  encoding: Encoding;
  positions: Positions;
  recordLengthBytes: number;
  /** For keys that a field does not have. */
  defaults: DefaultsEntry;
  problems: string[];
}

/** Checks one entry of `fields` and fills in the defaults. `at` is its place in the file: `fields[3]`. */
export function compileField(own: FieldEntry, at: string, context: FieldContext): Field {
  const { problems } = context;
  const entry = withDefaults(own, context.defaults);
  const label = `${at}' ('${entry.name}')`;
  const range = compileRange(entry, `${at} (${entry.name})`, context);
  const type = compileType(entry, label, problems);
  checkKeys(entry, type, label, problems);
  const encoding = fieldEncoding(entry, type, label, context);
  return {
    name: entry.name,
    origin: { kind: 'record' },
    list: undefined,
    inOccurrence: false,
    when: undefined,
    ...range,
    type,
    encoding,
    positions: context.positions,
    ...compileForm(entry, type, label, problems),
    ...compileNullWhen(entry, own, { type, encoding, positions: context.positions }, at, problems),
    point: entry.point ?? 'implied',
    notation: compileNotation(
      entry,
      type,
      encoding,
      (text) => void problems.push(`'${label} ${text}`),
      (key) => entry[key] && compileRange(entry[key], `${at}.${key}`, context),
    ),
    trim: entry.trim ?? 'trailing',
    keep: entry.keep ?? 'all',
    isLookedUp: entry.lookup ?? false,
    required: entry.required ?? false,
    personal: compilePersonal(entry, type, label, problems),
    mayBeAbsent: entry.mayBeAbsent ?? (type.kind === 'string' && !entry.required),
    onInvalid: entry.onInvalid ?? (isNumber(type) || type.kind === 'string' ? 'reject' : 'null'),
    dateFormat: compileDateFormat(entry, type, label, problems),
    trueValues: entry.trueValues ?? ['S', 'Y', 'T', '1'],
    falseValues: entry.falseValues ?? ['N', 'F', '0'],
  };
}

function compilePersonal(
  { personal }: FieldEntry,
  type: FieldType,
  label: string,
  problems: string[],
): Personal | undefined {
  if (personal === 'last-two' && type.kind !== 'string') {
    problems.push(`'${label} shows the last two characters ('personal'), which only a string has`);
  }
  if (typeof personal !== 'boolean') return personal;
  return personal ? 'left-out' : 'nothing-personal';
}

/** 1-based and inclusive → 0-based and half-open. */
export function compileRange(
  entry: { start: number; end: number },
  at: string,
  { recordLengthBytes, positions, problems }: FieldContext,
): { startByte: number; endByte: number } {
  if (entry.end < entry.start) {
    problems.push(`'${at}' ends at ${entry.end}, before its start ${entry.start}`);
  } else if (entry.end > recordLengthBytes) {
    problems.push(
      `'${at}' ends at ${entry.end}, beyond the record's ${recordLengthBytes} ${positions} (record.length)`,
    );
  }
  return { startByte: entry.start - 1, endByte: entry.end };
}

/** Keys that are for some types only. */
function checkKeys(entry: FieldEntry, type: FieldType, label: string, problems: string[]): void {
  for (const key of TYPE_KEYS) {
    const types = typesWithKey(key);
    if (entry[key] === undefined || types.includes(type.kind)) continue;
    const list = types.join(', ').replace(/, (?=\w+$)/, ' and ');
    problems.push(`'${label} has '${key}', which is for ${list} fields only`);
  }
  if (entry.trailingZeros !== undefined && scaleOf(type) > 0) {
    problems.push(`'${label} has 'trailingZeros', which is for whole numbers only`);
  }
  if (mayHoldPoint(entry.point) && (entry.sign === 'leading' || entry.sign === 'trailing')) {
    problems.push(`'${label} has an ${entry.point} point and an overpunched sign, which no compiler writes`);
  }
  if (mayHoldPoint(entry.point) && entry.trailingZeros !== undefined) {
    problems.push(
      `'${label} has an ${entry.point} point and 'trailingZeros', which are for digits without a point`,
    );
  }
}

function fieldEncoding(
  entry: FieldEntry,
  type: FieldType,
  label: string,
  { encoding, problems }: FieldContext,
): CodePage {
  if (entry.encoding === undefined) return encoding;
  const page = codePageOf(entry.encoding);
  if (!page) {
    problems.push(`'${label} has encoding '${entry.encoding}'${didYouMean(entry.encoding, CODE_PAGES)}`);
    return encoding;
  }
  if ((entry.usage ?? 'display') !== 'display' || type.kind === 'binary') {
    problems.push(`'${label} has 'encoding', which is for text and digits only`);
  }
  if (page === 'utf-16be') {
    if (type.kind !== 'string') problems.push(`'${label} has encoding utf-16be, which is for strings only`);
    if ((entry.end - entry.start + 1) % 2 === 1) {
      problems.push(`'${label} has encoding utf-16be and an odd number of bytes`);
    }
  }
  return page;
}

function compileType(entry: FieldEntry, label: string, problems: string[]): FieldType {
  const type = parseFieldType(entry.type);
  const isText = (entry.usage ?? 'display') === 'display';
  if (!type) {
    problems.push(
      `'${label} has type '${entry.type}'${didYouMean(entry.type, FIELD_TYPE_NAMES)}; p is 1 to ${DECIMAL_DIGITS}, s at most p`,
    );
    return { kind: 'string' };
  }
  if (type.kind === 'decimal' && entry.point === undefined && isText) {
    problems.push(
      `'${label} is a decimal without 'point': say "implied" (000012345 is 123.45) or "explicit" (the text holds a point); guessing wrong is wrong by a factor of ${10 ** type.scale}`,
    );
  }
  const digits = digitCapacity(entry);
  if (type.kind === 'integer' && isText && digits > DECIMAL_DIGITS) {
    problems.push(`'${label} has ${digits} digits; an integer holds ${INT64_DIGITS}`);
  }
  return type;
}

function compileDateFormat(entry: FieldEntry, type: FieldType, label: string, problems: string[]) {
  if (!isMoment(type)) return undefined;
  if (entry.format === undefined) {
    problems.push(`'${label} is a ${type.kind} without 'format', for example "yyyyMMdd"`);
    return undefined;
  }
  const format = parseDateFormat(entry.format, type.kind, entry.pivotYear);
  if (typeof format === 'string') {
    problems.push(`'${label} has a format that cannot be used: ${format}`);
    return undefined;
  }
  if ((entry.usage ?? 'display') === 'display') {
    const lengthBytes = entry.end - entry.start + 1;
    if (format.lengthBytes !== lengthBytes) {
      problems.push(`'${label} is ${lengthBytes} bytes, its format '${entry.format}' ${format.lengthBytes}`);
    }
  } else if (format.literals.length > 0 || format.lengthBytes > digitCapacity(entry)) {
    problems.push(
      `'${label} holds ${digitCapacity(entry)} digits and nothing else, but its format '${entry.format}' needs other characters or more digits`,
    );
  }
  return format;
}
