import { INT64_DIGITS } from '../layout/field-type.ts';
import type { Encoding, Field } from '../layout/layout.ts';
import {
  BooleanColumn,
  BytesColumn,
  type ColumnBuffer,
  Decimal128Column,
  DoubleColumn,
  Int32Column,
  Int64Column,
} from './column-buffer.ts';
import { decodeValue } from './decode-value.ts';
import { readDays, readMicrosOfDay } from './moment-kernel.ts';
import {
  NUMBER_INVALID,
  NUMBER_NULL,
  NUMBER_VALUE,
  readExplicit,
  readImplied,
  readWide,
  signCode,
  valueHigh,
  valueLow,
} from './number-kernel.ts';
import { copyKept, copyText, encodingCode, TEXT_INVALID } from './text-kernel.ts';

/**
 * Decodes one field of many records into a column. Chosen once a layout, never per record; the loops are
 * stand-alone and touch only typed arrays.
 */
export interface FieldKernel {
  readonly field: Field;
  makeColumn(): ColumnBuffer;
  /**
   * Appends one row a record. `records[0, recordCount)` are indexes into `starts`, the offsets of the records in
   * `bytes`. A record whose field must be rejected gets `failed[record] = fieldIndex` unless another field came
   * first, and a null row. Returns how many values were replaced by null because they are invalid and the
   * layout says `onInvalid: null`, plus `REJECTED` for every record that failed.
   */
  append(batch: RecordBatch, column: ColumnBuffer): number;
}

export interface RecordBatch {
  bytes: Uint8Array;
  starts: Int32Array;
  records: Int32Array;
  recordCount: number;
  /** Per record: index of the first field that rejects it, or -1. */
  failed: Int16Array;
}

/** Added to the result of `append` once for each rejected record; what is below it counts nulled values. */
export const REJECTED = 2 ** 32;

const SPACE = 0x20;

export function createFieldKernel(field: Field, fieldIndex: number, encoding: Encoding): FieldKernel {
  switch (field.type.kind) {
    case 'integer':
      return int64Kernel(field, fieldIndex, -1, INT64_DIGITS);
    case 'decimal': {
      const explicitScale = field.point === 'explicit' ? field.type.scale : -1;
      return field.type.precision <= INT64_DIGITS
        ? int64Kernel(field, fieldIndex, explicitScale, field.type.precision)
        : decimal128Kernel(field, fieldIndex, explicitScale, field.type.precision);
    }
    case 'date':
      return dateKernel(field, fieldIndex);
    case 'timestamp':
      return timestampKernel(field, fieldIndex);
    case 'string':
      return textKernel(field, fieldIndex, encoding);
    case 'binary':
      return binaryKernel(field, fieldIndex);
    case 'boolean':
      return scalarKernel(field, fieldIndex, encoding, () => new BooleanColumn());
    case 'double':
      return scalarKernel(field, fieldIndex, encoding, () => new DoubleColumn());
  }
}

/** What a null or invalid value adds to the result of `append`. */
function settle(
  field: Field,
  fieldIndex: number,
  failed: Int16Array,
  record: number,
  invalid: boolean,
): number {
  if (field.required || (invalid && field.onInvalid === 'reject')) {
    if (failed[record]! < 0) failed[record] = fieldIndex;
    return REJECTED;
  }
  return invalid ? 1 : 0;
}

function int64Kernel(
  field: Field,
  fieldIndex: number,
  explicitScale: number,
  maxDigits: number,
): FieldKernel {
  const { startByte, endByte } = field;
  const sign = signCode(field.sign);
  return {
    field,
    makeColumn: () => new Int64Column(),
    append({ bytes, starts, records, recordCount, failed }, buffer) {
      const column = buffer as Int64Column;
      column.reserveRows(recordCount);
      const { present, words, rowCount } = column;
      let at = column.valueCount * 2;
      let result = 0;
      for (let index = 0; index < recordCount; index++) {
        const record = records[index]!;
        const start = starts[record]!;
        const state =
          explicitScale < 0
            ? readImplied(bytes, start + startByte, start + endByte, sign, maxDigits)
            : readExplicit(bytes, start + startByte, start + endByte, sign, explicitScale, maxDigits);
        if (state === NUMBER_VALUE) {
          present[rowCount + index] = 1;
          words[at] = valueLow;
          words[at + 1] = valueHigh;
          at += 2;
        } else {
          present[rowCount + index] = 0;
          result += settle(field, fieldIndex, failed, record, state === NUMBER_INVALID);
        }
      }
      column.valueCount = at / 2;
      column.rowCount += recordCount;
      return result;
    },
  };
}

function decimal128Kernel(
  field: Field,
  fieldIndex: number,
  explicitScale: number,
  maxDigits: number,
): FieldKernel {
  const { startByte, endByte } = field;
  const sign = signCode(field.sign);
  return {
    field,
    makeColumn: () => new Decimal128Column(),
    append({ bytes, starts, records, recordCount, failed }, buffer) {
      const column = buffer as Decimal128Column;
      column.reserveRows(recordCount);
      const { present, rowCount } = column;
      let result = 0;
      for (let index = 0; index < recordCount; index++) {
        const record = records[index]!;
        const start = starts[record]!;
        const state = readWide(
          bytes,
          start + startByte,
          start + endByte,
          sign,
          explicitScale,
          maxDigits,
          column.bytes,
          column.valueCount * 16,
        );
        present[rowCount + index] = state === NUMBER_VALUE ? 1 : 0;
        if (state === NUMBER_VALUE) column.valueCount++;
        else result += settle(field, fieldIndex, failed, record, state !== NUMBER_NULL);
      }
      column.rowCount += recordCount;
      return result;
    },
  };
}

function dateKernel(field: Field, fieldIndex: number): FieldKernel {
  const { startByte, endByte } = field;
  const format = field.dateFormat!;
  return {
    field,
    makeColumn: () => new Int32Column(),
    append({ bytes, starts, records, recordCount, failed }, buffer) {
      const column = buffer as Int32Column;
      column.reserveRows(recordCount);
      const { present, values, rowCount } = column;
      let result = 0;
      for (let index = 0; index < recordCount; index++) {
        const record = records[index]!;
        const start = starts[record]! + startByte;
        const days = readDays(bytes, start, format);
        if (!Number.isNaN(days)) {
          present[rowCount + index] = 1;
          values[column.valueCount++] = days;
        } else {
          present[rowCount + index] = 0;
          const invalid = !isBlank(bytes, start, start + endByte - startByte);
          result += settle(field, fieldIndex, failed, record, invalid);
        }
      }
      column.rowCount += recordCount;
      return result;
    },
  };
}

function timestampKernel(field: Field, fieldIndex: number): FieldKernel {
  const { startByte, endByte } = field;
  const format = field.dateFormat!;
  return {
    field,
    makeColumn: () => new Int64Column(),
    append({ bytes, starts, records, recordCount, failed }, buffer) {
      const column = buffer as Int64Column;
      column.reserveRows(recordCount);
      const { present, words, rowCount } = column;
      let result = 0;
      for (let index = 0; index < recordCount; index++) {
        const record = records[index]!;
        const start = starts[record]! + startByte;
        const days = readDays(bytes, start, format);
        const micros = readMicrosOfDay(bytes, start, format);
        if (!Number.isNaN(days) && !Number.isNaN(micros)) {
          present[rowCount + index] = 1;
          writeMicros(words, column.valueCount * 2, days, micros);
          column.valueCount++;
        } else {
          present[rowCount + index] = 0;
          const invalid = !isBlank(bytes, start, start + endByte - startByte);
          result += settle(field, fieldIndex, failed, record, invalid);
        }
      }
      column.rowCount += recordCount;
      return result;
    },
  };
}

/**
 * days × 86 400 000 000 + micros as two 32-bit words. The sum reaches 2.6 × 10¹⁷, beyond exact doubles, so it is
 * added in parts: 86 400 000 000 = 20 × 2³² + 500 654 080.
 */
function writeMicros(words: Int32Array, at: number, days: number, micros: number): void {
  const lower = days * 500_654_080 + micros;
  const carry = Math.floor(lower / 4294967296);
  words[at] = (lower - carry * 4294967296) | 0;
  words[at + 1] = (days * 20 + carry) | 0;
}

function textKernel(field: Field, fieldIndex: number, encoding: Encoding): FieldKernel {
  const { startByte, endByte, keep } = field;
  const code = encodingCode(encoding);
  const trimStart = field.trim === 'both';
  const trimEnd = field.trim !== 'none';
  const keepsAll = keep === 'all';
  const keepsBlanks = !trimEnd && keepsAll;
  return {
    field,
    makeColumn: () => new BytesColumn(),
    append({ bytes, starts, records, recordCount, failed }, buffer) {
      const column = buffer as BytesColumn;
      column.reserveRows(recordCount);
      column.reserveData(recordCount * (endByte - startByte) * 2);
      const { present, data, ends, rowCount } = column;
      let at = column.dataLength;
      let valueCount = column.valueCount;
      let result = 0;
      for (let index = 0; index < recordCount; index++) {
        const record = records[index]!;
        const start = starts[record]! + startByte;
        const end = starts[record]! + endByte;
        const behind = keepsAll
          ? copyText(bytes, start, end, code, trimStart, trimEnd, data, at)
          : copyKept(bytes, start, end, code, keep, data, at);
        if (behind > at && !(keepsBlanks && isBlank(bytes, start, end))) {
          present[rowCount + index] = 1;
          at = behind;
          ends[valueCount++] = at;
        } else {
          present[rowCount + index] = 0;
          result += settle(field, fieldIndex, failed, record, behind === TEXT_INVALID);
        }
      }
      column.valueCount = valueCount;
      column.dataLength = at;
      column.rowCount += recordCount;
      return result;
    },
  };
}

function binaryKernel(field: Field, fieldIndex: number): FieldKernel {
  const { startByte, endByte } = field;
  return {
    field,
    makeColumn: () => new BytesColumn(),
    append({ bytes, starts, records, recordCount, failed }, buffer) {
      const column = buffer as BytesColumn;
      column.reserveRows(recordCount);
      column.reserveData(recordCount * (endByte - startByte));
      let result = 0;
      for (let index = 0; index < recordCount; index++) {
        const record = records[index]!;
        const start = starts[record]! + startByte;
        const end = starts[record]! + endByte;
        const blank = isBlank(bytes, start, end);
        column.present[column.rowCount + index] = blank ? 0 : 1;
        if (blank) result += settle(field, fieldIndex, failed, record, false);
        else {
          for (let from = start; from < end; from++) column.data[column.dataLength++] = bytes[from]!;
          column.ends[column.valueCount++] = column.dataLength;
        }
      }
      column.rowCount += recordCount;
      return result;
    },
  };
}

/** Booleans and doubles in text are rare in extracts: they go through the one-value decoder. */
function scalarKernel(
  field: Field,
  fieldIndex: number,
  encoding: Encoding,
  makeColumn: () => BooleanColumn | DoubleColumn,
): FieldKernel {
  return {
    field,
    makeColumn,
    append({ bytes, starts, records, recordCount, failed }, buffer) {
      const column = buffer as BooleanColumn | DoubleColumn;
      column.reserveRows(recordCount);
      let result = 0;
      for (let index = 0; index < recordCount; index++) {
        const decoded = decodeValue(bytes, starts[records[index]!]!, field, encoding);
        const present = decoded.state === 'value';
        column.present[column.rowCount + index] = present ? 1 : 0;
        if (present) column.values[column.valueCount++] = Number(decoded.value);
        else result += settle(field, fieldIndex, failed, records[index]!, decoded.state === 'invalid');
      }
      column.rowCount += recordCount;
      return result;
    },
  };
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== SPACE) return false;
  return true;
}
