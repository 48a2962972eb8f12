import type { CodePage } from '../layout/code-page.ts';
import type { DateFormat } from '../layout/date-format.ts';
import type { Field } from '../layout/field.ts';
import type { BytePlace } from '../layout/number-notation.ts';
import { spaceOf, toAscii } from './ascii-form.ts';
import { dateFormatOf, daysSinceEpoch } from './calendar.ts';
import { decodeText as codePageText } from './code-pages.ts';
import { decodeDouble, decodeNumber, trailingFactor } from './decode-number.ts';
import type { DecodedValue } from './decoded-value.ts';
import { nationalText } from './national-text.ts';
import { meansNull } from './null-rules.ts';
import { numberCharacters } from './number-characters.ts';
import { mostDigits, readFloat, readPackedOrBinary } from './packed-or-binary.ts';
import { withoutPadding } from './padding.ts';

const LAST_DAY = daysSinceEpoch(9999, 12, 31);
const NULL_VALUE: DecodedValue = { state: 'null' };

/**
 * One field of one record, decoded clearly rather than fast. It reads headers and trailers and explains rejects, and the
 * kernel's tests compare the kernel with it.
 * `record` holds at least `field.endByte` bytes from `recordStart` on.
 */
export function decodeValue(record: Uint8Array, recordStart: number, field: Field): DecodedValue {
  const bytes = record.subarray(recordStart + field.startByte, recordStart + field.endByte);
  const isFilled = (byte: number) => bytes.every((one) => one === byte);
  if (meansNull(bytes, field)) return NULL_VALUE;
  if (field.rejectsBlanks && isFilled(spaceOf(field.encoding))) {
    return { state: 'invalid', reason: 'blank-or-number' };
  }
  const decoded = decodeBytesOf(bytes, field, (place) => numberText(record, recordStart, field, place));
  if (decoded.state !== 'null' || field.blank === 'null') return decoded;
  if (field.blank === 'reject') return { state: 'invalid', reason: 'invalid-number' };
  return { state: 'value', value: field.type.kind === 'double' ? 0 : 0n };
}

/** The characters of a number, or of its sign or scale, in ASCII. */
function numberText(record: Uint8Array, recordStart: number, field: Field, place: BytePlace): string {
  const table = numberCharacters(field);
  const bytes = record.subarray(recordStart + place.startByte, recordStart + place.endByte);
  return String.fromCharCode(...bytes.map((byte) => table[byte]!));
}

function decodeBytesOf(stored: Uint8Array, field: Field, textAt: (place: BytePlace) => string): DecodedValue {
  const { encoding } = field;
  if (field.usage === 'float') return decodeFloat(stored, field);
  if (field.usage !== 'display') return decodeStored(stored, field);
  // A blank of national text is two bytes, so such a text is trimmed to nothing instead.
  const space = encoding === 'utf-16be' ? undefined : spaceOf(encoding);
  if (stored.every((byte) => byte === space)) return NULL_VALUE;
  if (field.type.kind === 'string') return decodeText(stored, field);
  if (field.type.kind === 'binary') return { state: 'value', value: stored.slice() };
  if (field.type.kind === 'integer' || field.type.kind === 'decimal') {
    const { signFrom, scaleFrom } = field.notation;
    return decodeNumber(
      { text: textAt(field), sign: signFrom && textAt(signFrom), scale: scaleFrom && textAt(scaleFrom) },
      field,
    );
  }
  const bytes = toAscii(stored, encoding);
  switch (field.type.kind) {
    case 'date':
    case 'timestamp':
      return decodeMoment(bytes, dateFormatOf(field), field.type.kind);
    case 'boolean':
      return decodeBoolean(bytes, field);
    case 'double':
      return decodeDouble(bytes);
  }
}

/** The text of `bytes`; undefined if the code page does not define one of them, or if UTF-8 or UTF-16 is not well formed. */
function decodeBytes(bytes: Uint8Array, encoding: CodePage): string | undefined {
  if (encoding === 'utf-16be') return nationalText(bytes);
  if (encoding === 'utf-8') {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return undefined;
    }
  }
  return codePageText(encoding, bytes);
}

function decodeFloat(bytes: Uint8Array, field: Field): DecodedValue {
  const value = readFloat(bytes, field);
  return Number.isFinite(value)
    ? { state: 'value', value }
    : { state: 'invalid', reason: 'number-out-of-range' };
}

/** Decodes packed and binary numbers, and dates that are held in them. */
function decodeStored(bytes: Uint8Array, field: Field): DecodedValue {
  const value = readPackedOrBinary(bytes, field, spaceOf(field.encoding));
  if (value === null) return NULL_VALUE;
  const { kind } = field.type;
  if (kind === 'date' || kind === 'timestamp') {
    const format = dateFormatOf(field);
    const text = String(value).padStart(format.lengthBytes, '0');
    // A sign, too many digits, or no number at all fits no format.
    const fits = /^\d+$/.test(text) && text.length === format.lengthBytes;
    return decodeMoment(Buffer.from(fits ? text : ''), format, kind);
  }
  if (value === undefined) return { state: 'invalid', reason: 'invalid-number' };
  const digits = String(value < 0n ? -value : value).length;
  return digits > mostDigits(field) && value !== 0n
    ? { state: 'invalid', reason: 'number-out-of-range' }
    : { state: 'value', value: value * trailingFactor(field) };
}

function decodeText(bytes: Uint8Array, field: Field): DecodedValue {
  let text = decodeBytes(bytes, field.encoding);
  if (text === undefined) return { state: 'invalid', reason: 'invalid-text' };
  if (/^ *$/.test(text)) return NULL_VALUE;
  if (field.keep === 'alphanumeric') text = text.replace(/[^0-9A-Za-z]/g, '');
  if (field.keep === 'digits') text = text.replace(/[^0-9]/g, '');
  if (field.trim !== 'none') text = withoutPadding(text, field.encoding, field.trim);
  return text === '' ? NULL_VALUE : { state: 'value', value: text };
}

function decodeMoment(bytes: Uint8Array, format: DateFormat, kind: 'date' | 'timestamp'): DecodedValue {
  const invalid: DecodedValue = {
    state: 'invalid',
    reason: kind === 'date' ? 'invalid-date' : 'invalid-timestamp',
  };
  const number = (at: number, length: number): number => {
    const text = String.fromCharCode(...bytes.subarray(at, at + length));
    return /^\d+$/.test(text) ? Number(text) : Number.NaN;
  };
  if (format.literals.some(({ at, byte }) => bytes[at] !== byte)) return invalid;
  const year = yearOf(format, number);
  const days =
    format.dayOfYearAt < 0
      ? daysSinceEpoch(year, number(format.monthAt, 2), number(format.dayAt, 2))
      : dayOfYear(year, number(format.dayOfYearAt, 3));
  if (Number.isNaN(days)) return invalid;
  if (kind === 'date') return { state: 'value', value: days };
  const hour = number(format.hourAt, 2);
  const minute = format.minuteAt < 0 ? 0 : number(format.minuteAt, 2);
  const second = format.secondAt < 0 ? 0 : number(format.secondAt, 2);
  const fraction = format.fractionAt < 0 ? 0 : number(format.fractionAt, format.fractionDigits);
  // Db2 writes the end of a day as 24.00.00: midnight of the next day. After the last day there is none.
  const isDayEnd = hour === 24 && minute === 0 && second === 0 && fraction === 0 && days < LAST_DAY;
  if (!isDayEnd && !(hour < 24 && minute < 60 && second < 60 && fraction >= 0)) return invalid;
  const micros = fraction * 10 ** (6 - format.fractionDigits);
  const seconds = (days * 24 + hour) * 3600 + minute * 60 + second;
  return { state: 'value', value: BigInt(seconds) * 1_000_000n + BigInt(micros) };
}

/** The year that two or four digits mean; NaN if they are not digits. */
function yearOf(format: DateFormat, number: (at: number, length: number) => number): number {
  const year = number(format.yearAt, format.yearDigits);
  if (format.yearDigits === 4) return year;
  if (format.centuryAt >= 0) return 1900 + number(format.centuryAt, 1) * 100 + year;
  const century = format.pivotYear - (format.pivotYear % 100);
  return century + year + (century + year < format.pivotYear ? 100 : 0);
}

/** Days since 1970-01-01 of the `day`th day of a year, from 1; NaN if the year has fewer days. */
function dayOfYear(year: number, day: number): number {
  const days = daysSinceEpoch(year, 1, 1) + day - 1;
  return day >= 1 && days <= daysSinceEpoch(year, 12, 31) ? days : Number.NaN;
}

function decodeBoolean(bytes: Uint8Array, field: Field): DecodedValue {
  const text = String.fromCharCode(...bytes).replace(/^ +| +$/g, '');
  if (field.trueValues.includes(text)) return { state: 'value', value: true };
  if (field.falseValues.includes(text)) return { state: 'value', value: false };
  return { state: 'invalid', reason: 'invalid-boolean' };
}
