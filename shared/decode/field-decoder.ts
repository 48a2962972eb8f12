import type { Kernel } from '../kernel/kernel.ts';
import {
  CODE_ASCII,
  CODE_LATIN1,
  CODE_UTF8,
  FORMAT_LITERALS,
  INVALID_COUNT_UNIT,
  KEEP_ALL,
  KEEP_ALPHANUMERIC,
  KEEP_DIGITS,
  READ_MARGIN_BYTES,
  SIGN_LEADING,
  SIGN_LEADING_SEPARATE,
  SIGN_NONE,
  SIGN_TRAILING,
  SIGN_TRAILING_SEPARATE,
  STATE_INVALID,
  STATE_UNDECIDED,
  STATE_VALUE,
  WRITE_MARGIN_BYTES,
} from '../kernel/shapes.ts';
import { isEbcdic } from '../layout/code-page.ts';
import type { DateFormat } from '../layout/date-format.ts';
import { INT64_DIGITS } from '../layout/field-type.ts';
import type { Encoding, Field, NullWhen, Sign } from '../layout/layout.ts';
import { asciiForm, spaceOf } from './ascii-form.ts';
import { type CodePageName, UTF8_SLOT_BYTES, utf8Table } from './code-pages.ts';
import { decodeValue } from './decode-value.ts';
import { ENTRY_BYTES, FieldVector, vectorKind } from './field-vector.ts';
import { mostDigits } from './stored-number.ts';

/** Code pages whose texts the kernel knows without a table. */
const ENCODING_CODES: Partial<Record<Encoding, number>> = {
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

const FILLINGS: Record<NullWhen, number> = { 'low-values': 0x00, 'high-values': 0xff };

/** Decodes the records at `count` addresses, 4 bytes each from `records` on; returns nulls + invalids × INVALID_COUNT_UNIT. */
type DecodeRecords = (records: number, count: number) => number;

/** One field of a layout, decoded for all records of a block at once. The way to do it is chosen here, never per record. */
export class FieldDecoder {
  readonly field: Field;
  readonly vector: FieldVector;
  /** Of the last block, records that are rejected for other reasons included. */
  invalidCount = 0;
  private readonly kernel: Kernel;
  private readonly run: DecodeRecords;

  /** `capacityRecords` is the most records of a block. */
  constructor(kernel: Kernel, field: Field, capacityRecords: number) {
    const encoding = field.encoding as Encoding;
    this.kernel = kernel;
    this.field = field;
    this.vector = new FieldVector(kernel, vectorKind(field.type), capacityRecords, maxTextBytes(field));
    this.run = decodeRecords(kernel, field, encoding, this.vector, capacityRecords);
  }

  decode(records: number, count: number): void {
    const result = this.run(records, count);
    this.invalidCount = Math.floor(result / INVALID_COUNT_UNIT);
    let nullCount = result % INVALID_COUNT_UNIT;
    if (this.field.usage === 'display' && this.vector.kind === 'double' && this.invalidCount > 0)
      this.decide(records, count);
    if (nullCount > 0 && this.field.blank !== 'null') {
      this.settleBlanks(count);
      if (this.field.blank === 'reject') this.invalidCount += nullCount;
      nullCount = 0;
    }
    for (const filling of this.field.nullWhen)
      nullCount += this.nullFilled(records, count, FILLINGS[filling]);
    this.vector.hasNulls = nullCount > 0 || this.invalidCount > 0;
  }

  /**
   * Of records that were filled up: what stands wholly behind their ends is null, what they cut is invalid. A number that is no
   * text does not see that blanks were filled in.
   */
  leaveOutBeyond(records: number, ends: number, count: number): void {
    const { field, vector, kernel } = this;
    if (field.usage === 'display' && field.type.kind !== 'binary') return;
    const { startByte, endByte } = field;
    const result = kernel.call.nullBeyond(records, ends, count, startByte, endByte, vector.states);
    const cut = kernel.view.getInt32(kernel.call.resultAddress(), true);
    this.invalidCount += cut - Math.floor(result / INVALID_COUNT_UNIT);
    vector.hasNulls = true;
  }

  private settleBlanks(count: number): void {
    const { kind, states, values } = this.vector;
    const toZero = this.field.blank === 'zero' ? 1 : 0;
    this.kernel.call.settleBlanks(states, values, count, ENTRY_BYTES[kind], toZero);
  }

  /** Returns how many fields full of `byte` are null now. */
  private nullFilled(records: number, count: number, byte: number): number {
    const { startByte, endByte } = this.field;
    const { states } = this.vector;
    const width = endByte - startByte;
    const result = this.kernel.call.nullFilled(records, count, startByte, width, byte, states);
    const invalids = Math.floor(result / INVALID_COUNT_UNIT);
    this.invalidCount -= invalids;
    return invalids + (result % INVALID_COUNT_UNIT);
  }

  /** Doubles that the kernel leaves: those of many digits or with an exponent, and what is no number. */
  private decide(records: number, count: number): void {
    const { bytes, view } = this.kernel;
    this.invalidCount = 0;
    for (let record = 0; record < count; record++) {
      const stateAt = this.vector.states + record;
      if (bytes[stateAt] !== STATE_UNDECIDED) continue;
      const decoded = decodeValue(bytes, view.getUint32(records + record * 4, true), this.field);
      bytes[stateAt] = decoded.state === 'value' ? STATE_VALUE : STATE_INVALID;
      if (decoded.state === 'value') {
        view.setFloat64(this.vector.values + record * 8, decoded.value as number, true);
      } else this.invalidCount++;
    }
  }
}

function maxTextBytes({ startByte, endByte, type, encoding }: Field): number {
  return (endByte - startByte) * (type.kind === 'string' ? mostUtf8Bytes(encoding as Encoding) : 1);
}

/** Most bytes that a byte of a text becomes. */
function mostUtf8Bytes(encoding: Encoding): number {
  if (encoding === 'us-ascii' || encoding === 'utf-8') return 1;
  return encoding === 'iso-8859-1' ? 2 : UTF8_SLOT_BYTES;
}

function decodeRecords(
  kernel: Kernel,
  field: Field,
  encoding: Encoding,
  vector: FieldVector,
  capacityRecords: number,
): DecodeRecords {
  const { call } = kernel;
  const { states, values } = vector;
  const { startByte: at, type } = field;
  const width = field.endByte - at;
  const sign = SIGN_CODES[field.sign];
  if (field.usage !== 'display') return decodeStored(kernel, field, encoding, vector);
  if (isEbcdic(encoding) && type.kind !== 'string' && type.kind !== 'binary') {
    return decodeTranslated(kernel, field, encoding, vector, capacityRecords);
  }
  switch (type.kind) {
    case 'integer':
      return (records, count) =>
        call.decodeInt64s(records, count, at, width, sign, -1, INT64_DIGITS, states, values);
    case 'decimal': {
      const decode = type.precision > INT64_DIGITS ? call.decodeInt128s : call.decodeInt64s;
      const explicitScale = field.point === 'explicit' ? type.scale : -1;
      return (records, count) =>
        decode(records, count, at, width, sign, explicitScale, type.precision, states, values);
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
      const code = ENCODING_CODES[encoding];
      if (code === undefined) return decodeCoded(kernel, field, encoding, vector, capacityRecords);
      const side = kernel.allocate(capacityRecords * width * 2 + WRITE_MARGIN_BYTES);
      if (field.keep !== 'all') {
        const keep = field.keep === 'digits' ? KEEP_DIGITS : KEEP_ALPHANUMERIC;
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
function decodeStored(
  kernel: Kernel,
  field: Field,
  encoding: Encoding,
  { kind, states, values }: FieldVector,
): DecodeRecords {
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
    const space = spaceOf(encoding);
    return (records, count) =>
      call.decodePacked(records, count, at, width, nibble, negatives, space, digits, wide, states, values);
  }
  return (records, count) =>
    call.decodeBinaryInts(records, count, at, width, little, negatives, digits, wide, states, values);
}

/** Digits, dates and the like in EBCDIC: turned into ASCII beside the records, and read there. */
function decodeTranslated(
  kernel: Kernel,
  field: Field,
  encoding: Encoding,
  vector: FieldVector,
  capacityRecords: number,
): DecodeRecords {
  const width = field.endByte - field.startByte;
  const stride = width + READ_MARGIN_BYTES;
  const table = kernel.place(asciiForm(encoding));
  const addresses = kernel.allocate(capacityRecords * 4);
  const texts = kernel.allocate(capacityRecords * stride + 2 * READ_MARGIN_BYTES) + READ_MARGIN_BYTES;
  const moved = { ...field, startByte: 0, endByte: width };
  const decode = decodeRecords(kernel, moved, 'us-ascii', vector, capacityRecords);
  return (records, count) => {
    kernel.call.translate(records, count, field.startByte, width, table, texts, stride, addresses);
    return decode(addresses, count);
  };
}

/** Texts of a code page that needs a table. */
function decodeCoded(
  kernel: Kernel,
  field: Field,
  encoding: Encoding,
  { states, values }: FieldVector,
  capacityRecords: number,
): DecodeRecords {
  const { call } = kernel;
  const { startByte: at, keep } = field;
  const width = field.endByte - at;
  const table = utf8Table(encoding as CodePageName);
  const lengths = kernel.place(table.lengths);
  const slots = kernel.place(table.bytes);
  const side = kernel.allocate(capacityRecords * width * UTF8_SLOT_BYTES + WRITE_MARGIN_BYTES);
  const space = spaceOf(encoding);
  const kept = keep === 'all' ? KEEP_ALL : keep === 'digits' ? KEEP_DIGITS : KEEP_ALPHANUMERIC;
  const keepsAll = keep === 'all';
  const trimStart = keepsAll && field.trim === 'both' ? 1 : 0;
  // What is dropped must be defined too, the blanks among it.
  const trimEnd = keepsAll && field.trim !== 'none' ? 1 : 0;
  return (records, count) =>
    call.decodeCodedTexts(
      records,
      count,
      at,
      width,
      lengths,
      slots,
      space,
      kept,
      trimStart,
      trimEnd,
      side,
      states,
      values,
    );
}

function formatBytes(format: DateFormat): Uint8Array {
  const { yearAt, monthAt, dayAt, hourAt, minuteAt, secondAt, fractionAt, fractionDigits, literals } = format;
  const words = [yearAt, monthAt, dayAt, hourAt, minuteAt, secondAt, fractionAt, fractionDigits];
  words.push(literals.length, ...literals.flatMap(({ at, byte }) => [at, byte]));
  if (FORMAT_LITERALS !== 9 * 4) throw new Error('the kernel has another date format');
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
