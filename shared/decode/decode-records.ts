import type { Kernel } from '../kernel/kernel.ts';
import {
  CODE_ASCII,
  CODE_LATIN1,
  CODE_UTF8,
  FORMAT_LITERALS,
  KEEP_ALL,
  KEEP_ALPHANUMERIC,
  KEEP_DIGITS,
  READ_MARGIN_BYTES,
  SIGN_LEADING,
  SIGN_LEADING_SEPARATE,
  SIGN_NONE,
  SIGN_TRAILING,
  SIGN_TRAILING_SEPARATE,
  WRITE_MARGIN_BYTES,
} from '../kernel/shapes.ts';
import { type CodePage, isEbcdic } from '../layout/code-page.ts';
import type { DateFormat } from '../layout/date-format.ts';
import { INT64_DIGITS } from '../layout/field-type.ts';
import type { Field, Keep, Sign } from '../layout/layout.ts';
import { asciiForm, spaceOf } from './ascii-form.ts';
import { type CodePageName, UTF8_SLOT_BYTES, type Utf8Table, utf8Table } from './code-pages.ts';
import type { FieldVector } from './field-vector.ts';
import { mostDigits } from './stored-number.ts';

/** Code pages whose texts the kernel knows without a table. */
const ENCODING_CODES: Partial<Record<CodePage, number>> = {
  'iso-8859-1': CODE_LATIN1,
  'us-ascii': CODE_ASCII,
  'utf-8': CODE_UTF8,
};

const SIGN_CODES: Record<Sign, number> = {
  none: SIGN_NONE,
  leading: SIGN_LEADING,
  trailing: SIGN_TRAILING,
  'leading-separate': SIGN_LEADING_SEPARATE,
  'trailing-separate': SIGN_TRAILING_SEPARATE,
};

const KEEP_CODES: Record<Keep, number> = {
  all: KEEP_ALL,
  alphanumeric: KEEP_ALPHANUMERIC,
  digits: KEEP_DIGITS,
};

/** Decodes the records at `count` addresses, 4 bytes each from `records` on; returns nulls + invalids × INVALID_COUNT_UNIT. */
export type DecodeRecords = (records: number, count: number) => number;

/** The loop of the kernel that fills `vector` with the values of `field`: chosen once a layout, never per record. */
export function decodeRecords(
  kernel: Kernel,
  field: Field,
  vector: FieldVector,
  capacityRecords: number,
): DecodeRecords {
  const { call } = kernel;
  const { states, values } = vector;
  const { startByte: at, type, encoding } = field;
  const width = field.endByte - at;
  const sign = SIGN_CODES[field.sign];
  if (field.usage !== 'display') {
    return type.kind === 'date' || type.kind === 'timestamp'
      ? decodeSpelled(kernel, field, vector, capacityRecords)
      : decodeStored(kernel, field, vector);
  }
  if (isEbcdic(encoding) && type.kind !== 'string' && type.kind !== 'binary') {
    return decodeTranslated(kernel, field, vector, capacityRecords);
  }
  switch (type.kind) {
    case 'integer':
      return (records, count) =>
        call.decodeInt64s(records, count, at, width, sign, -1, mostDigits(field), states, values);
    case 'decimal': {
      const decode = type.precision > INT64_DIGITS ? call.decodeInt128s : call.decodeInt64s;
      const explicitScale = field.point === 'explicit' ? type.scale : -1;
      return (records, count) =>
        decode(records, count, at, width, sign, explicitScale, mostDigits(field), states, values);
    }
    case 'date': {
      const format = kernel.place(formatBytes(field.dateFormat!));
      const compact = field.dateFormat!.pattern === 'yyyyMMdd' ? 1 : 0;
      return (records, count) => call.decodeDates(records, count, at, width, format, compact, states, values);
    }
    case 'timestamp': {
      const format = kernel.place(formatBytes(field.dateFormat!));
      return (records, count) => call.decodeTimestamps(records, count, at, width, format, states, values);
    }
    case 'string': {
      if (encoding === 'utf-16be') return decodeNational(kernel, field, vector, capacityRecords);
      const code = ENCODING_CODES[encoding];
      if (code === undefined) return decodeCoded(kernel, field, vector, capacityRecords);
      const side = kernel.allocate(capacityRecords * width * 2 + WRITE_MARGIN_BYTES);
      if (field.keep !== 'all') {
        const keep = KEEP_CODES[field.keep];
        return (records, count) =>
          call.decodeKept(records, count, at, width, code, keep, side, states, values);
      }
      const trimStart = field.trim === 'both' ? 1 : 0;
      const trimEnd = field.trim === 'none' ? 0 : 1;
      return (records, count) =>
        call.decodeTexts(records, count, at, width, code, trimStart, trimEnd, side, states, values);
    }
    case 'binary':
      return (records, count) =>
        call.decodeBinary(records, count, at, width, spaceOf(encoding), states, values);
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

/** Packed, binary and floating-point numbers. */
function decodeStored(kernel: Kernel, field: Field, { kind, states, values }: FieldVector): DecodeRecords {
  const { call } = kernel;
  const { startByte: at, endByte, usage, signed, signNibble, byteOrder } = field;
  const width = endByte - at;
  const digits = mostDigits(field);
  const little = byteOrder === 'little' ? 1 : 0;
  if (usage === 'float') {
    const ibm = field.floatFormat === 'ibm' ? 1 : 0;
    return (records, count) => call.decodeFloats(records, count, at, width, ibm, little, states, values);
  }
  const wide = kind === 'int128' ? 1 : 0;
  const negatives = signed ? 1 : 0;
  if (usage === 'packed') {
    const nibble = signNibble ? 1 : 0;
    const space = spaceOf(field.encoding);
    return (records, count) =>
      call.decodePacked(records, count, at, width, nibble, negatives, space, digits, wide, states, values);
  }
  return (records, count) =>
    call.decodeBinaryInts(records, count, at, width, little, negatives, digits, wide, states, values);
}

/** Texts of `width` bytes beside the records, to be read there in place of what the records hold. */
interface TextsBeside {
  stride: number;
  /** Of the first text. */
  texts: number;
  /** Of where each stands, 4 bytes each. */
  addresses: number;
  decode: DecodeRecords;
}

function textsBeside(
  kernel: Kernel,
  field: Field,
  width: number,
  vector: FieldVector,
  capacityRecords: number,
): TextsBeside {
  const stride = width + READ_MARGIN_BYTES;
  const addresses = kernel.allocate(capacityRecords * 4);
  const texts = kernel.allocate(capacityRecords * stride + 2 * READ_MARGIN_BYTES) + READ_MARGIN_BYTES;
  const moved = { ...field, usage: 'display', encoding: 'us-ascii', startByte: 0, endByte: width } as const;
  return { stride, texts, addresses, decode: decodeRecords(kernel, moved, vector, capacityRecords) };
}

/** Digits, dates and the like in EBCDIC: turned into ASCII beside the records, and read there. */
function decodeTranslated(
  kernel: Kernel,
  field: Field,
  vector: FieldVector,
  capacityRecords: number,
): DecodeRecords {
  const { startByte: at, endByte, encoding } = field;
  const width = endByte - at;
  const table = kernel.place(asciiForm(encoding));
  const { texts, stride, addresses, decode } = textsBeside(kernel, field, width, vector, capacityRecords);
  return (records, count) => {
    kernel.call.translate(records, count, at, width, table, texts, stride, addresses);
    return decode(addresses, count);
  };
}

/** Dates in packed and binary numbers: their digits are written out beside the records, and read there. */
function decodeSpelled(
  kernel: Kernel,
  field: Field,
  vector: FieldVector,
  capacityRecords: number,
): DecodeRecords {
  const { call } = kernel;
  const { startByte: at, endByte } = field;
  const width = endByte - at;
  const digits = field.dateFormat!.lengthBytes;
  const { texts, stride, addresses, decode } = textsBeside(kernel, field, digits, vector, capacityRecords);
  if (field.usage === 'packed') {
    const nibble = field.signNibble ? 1 : 0;
    const space = spaceOf(field.encoding);
    return (records, count) => {
      call.spellPacked(records, count, at, width, nibble, space, digits, texts, stride, addresses);
      return decode(addresses, count);
    };
  }
  const little = field.byteOrder === 'little' ? 1 : 0;
  const signed = field.signed ? 1 : 0;
  return (records, count) => {
    call.spellBinary(records, count, at, width, little, signed, digits, texts, stride, addresses);
    return decode(addresses, count);
  };
}

/** Texts of a code page that needs a table. */
function decodeCoded(
  kernel: Kernel,
  field: Field,
  { states, values }: FieldVector,
  capacityRecords: number,
): DecodeRecords {
  const { call } = kernel;
  const { startByte: at, keep, encoding } = field;
  const width = field.endByte - at;
  const table = utf8Table(encoding as CodePageName);
  const ascii = kernel.place(asciiOrNone(table));
  const side = kernel.allocate(capacityRecords * width * UTF8_SLOT_BYTES + WRITE_MARGIN_BYTES);
  if (keep !== 'all') {
    const kept = kernel.place(keptBytes(table, keep));
    return (records, count) =>
      call.decodeCodedKept(records, count, at, width, ascii, kept, side, states, values);
  }
  const lengths = kernel.place(table.lengths);
  const slots = kernel.place(table.bytes);
  const space = spaceOf(encoding);
  const start = field.trim === 'both' ? 1 : 0;
  const end = field.trim === 'none' ? 0 : 1;
  return (records, count) =>
    call.decodeCodedTexts(
      ...([
        records,
        count,
        at,
        width,
        ascii,
        lengths,
        slots,
        space,
        start,
        end,
        side,
        states,
        values,
      ] as const),
    );
}

/** By byte: the ASCII character that it is, or 0x80. */
function asciiOrNone({ lengths, bytes }: Utf8Table): Uint8Array {
  return lengths.map((length, byte) => (length === 1 ? bytes[byte * UTF8_SLOT_BYTES]! : 0x80));
}

/** By byte: 1 where it is kept, 0 where it is dropped, 0x80 where it is undefined: what is dropped must be defined too. */
function keptBytes({ lengths, bytes }: Utf8Table, keep: Keep): Uint8Array {
  const pattern = keep === 'digits' ? /[0-9]/ : /[0-9A-Za-z]/;
  return lengths.map((length, byte) => {
    if (length === 0) return 0x80;
    return length === 1 && pattern.test(String.fromCharCode(bytes[byte * UTF8_SLOT_BYTES]!)) ? 1 : 0;
  });
}

/** National text: UTF-16, turned into UTF-8. */
function decodeNational(
  kernel: Kernel,
  field: Field,
  { states, values }: FieldVector,
  capacityRecords: number,
): DecodeRecords {
  const { startByte: at, endByte, keep, trim } = field;
  const width = endByte - at;
  const kept = KEEP_CODES[keep];
  const side = kernel.allocate(capacityRecords * width * 2 + WRITE_MARGIN_BYTES);
  const trimStart = keep === 'all' && trim === 'both' ? 1 : 0;
  const trimEnd = keep === 'all' && trim !== 'none' ? 1 : 0;
  return (records, count) =>
    kernel.call.decodeNational(records, count, at, width, kept, trimStart, trimEnd, side, states, values);
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
