import type { Kernel } from '../kernel/kernel.ts';
import { FORMAT_LITERALS } from '../kernel/shapes.ts';
import type { DateFormat } from '../layout/date-format.ts';
import type { Field } from '../layout/field.ts';
import { type FieldType, INT64_DIGITS } from '../layout/field-type.ts';
import { dateFormatOf } from './calendar.ts';
import type { FieldVector, FillVector } from './field-vector.ts';
import { placeNumberForm } from './number-form.ts';

/** Types whose values are written in digits and ASCII letters. */
export type SpelledType = Exclude<FieldType, { kind: 'string' | 'binary' }>;

/** The loop for numbers, dates and truth values that are written in ASCII characters. */
export function asciiLoop(
  kernel: Kernel,
  field: Field,
  type: SpelledType,
  { states, values }: FieldVector,
): FillVector {
  const { call } = kernel;
  const { startByte: at } = field;
  const width = field.endByte - at;
  switch (type.kind) {
    case 'integer':
    case 'decimal': {
      const isWide = type.kind === 'decimal' && type.precision > INT64_DIGITS;
      const decode = isWide ? call.decodeInt128s : call.decodeInt64s;
      const form = placeNumberForm(kernel, field);
      return (records, count) => decode(records, count, at, width, form, states, values);
    }
    case 'date': {
      const dateFormat = dateFormatOf(field);
      const format = kernel.place(formatBytes(dateFormat));
      const compact = dateFormat.pattern === 'yyyyMMdd' ? 1 : 0;
      return (records, count) => call.decodeDates(records, count, at, width, format, compact, states, values);
    }
    case 'timestamp': {
      const format = kernel.place(formatBytes(dateFormatOf(field)));
      return (records, count) => call.decodeTimestamps(records, count, at, width, format, states, values);
    }
    case 'boolean': {
      const texts = kernel.place(booleanTexts(field));
      const textCount = field.trueValues.length + field.falseValues.length;
      return (records, count) =>
        call.decodeBooleans(records, count, at, width, texts, textCount, states, values);
    }
    case 'double':
      return (records, count) => call.decodeDoubles(records, count, at, width, states, values);
  }
}

function formatBytes(format: DateFormat): Uint8Array {
  const { yearAt, monthAt, dayAt, hourAt, minuteAt, secondAt, fractionAt, fractionDigits, literals } = format;
  const words = [yearAt, monthAt, dayAt, hourAt, minuteAt, secondAt, fractionAt, fractionDigits];
  words.push(format.yearDigits, format.centuryAt, format.pivotYear, format.dayOfYearAt);
  words.push(literals.length, ...literals.flatMap(({ at, byte }) => [at, byte]));
  if (FORMAT_LITERALS !== 13 * 4) throw new Error('the kernel has another date format');
  return new Uint8Array(Int32Array.from(words).buffer);
}

/** { length, value, bytes } of each text. */
function booleanTexts({ trueValues, falseValues }: Field): Uint8Array {
  const entry = (text: string, value: number) => {
    const bytes = Buffer.from(text, 'latin1');
    return Buffer.concat([Uint8Array.of(bytes.length, value), bytes]);
  };
  return Buffer.concat([
    ...trueValues.map((text) => entry(text, 1)),
    ...falseValues.map((text) => entry(text, 0)),
  ]);
}
