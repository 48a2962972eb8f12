import fc from 'fast-check';
import { expect } from 'vitest';
import { decodeValue } from '../../shared/decode/decode-value.ts';
import { FieldDecoder } from '../../shared/decode/field-decoder.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../../shared/kernel/shapes.ts';
import type { CodePage } from '../../shared/layout/code-page.ts';
import { parseDateFormat } from '../../shared/layout/date-format.ts';
import type { Field } from '../../shared/layout/field.ts';
import { parseFieldType } from '../../shared/layout/field-type.ts';
import { PLAIN_NOTATION } from '../../shared/layout/number-notation.ts';
import { expectSameRows } from './first-difference.ts';
import { comparable, INVALID, vectorValue } from './vector-values.ts';

/** A field of any type, after two bytes of the record. */
export function fieldOf(
  type: string,
  lengthBytes: number,
  more: Partial<Field> = {},
  format?: string,
  pivotYear?: number,
): Field {
  const parsed = parseFieldType(type)!;
  const kind = parsed.kind as 'date' | 'timestamp';
  const dateFormat = format ? parseDateFormat(format, kind, pivotYear) : undefined;
  if (typeof dateFormat === 'string') throw new Error(dateFormat);
  return {
    name: 'x',
    origin: { kind: 'record' },
    list: undefined,
    inOccurrence: false,
    when: undefined,
    startByte: 2,
    endByte: 2 + lengthBytes,
    type: parsed,
    encoding: 'us-ascii',
    positions: 'bytes',
    usage: 'display',
    digits: undefined,
    signed: false,
    signNibble: false,
    byteOrder: 'big',
    floatFormat: undefined,
    blank: 'null',
    nullWhen: [],
    rejectsBlanks: false,
    trailingZeros: 0,
    sign: 'none',
    point: 'implied',
    notation: PLAIN_NOTATION,
    trim: 'trailing',
    keep: 'all',
    isLookedUp: false,
    required: false,
    personal: undefined,
    mayBeAbsent: false,
    onInvalid: 'null',
    dateFormat,
    trueValues: ['S', 'Y', 'T', '1'],
    falseValues: ['N', 'F', '0'],
    ...more,
  };
}

/** Contents of a field: any bytes, blanks of ASCII and EBCDIC, and the `likely` ones. */
export const contents = (lengthBytes: number, likely: Uint8Array[] = []) =>
  fc.array(
    fc.oneof(
      fc.uint8Array({ minLength: lengthBytes, maxLength: lengthBytes }),
      fc.constantFrom(
        new Uint8Array(lengthBytes).fill(0x40),
        new Uint8Array(lengthBytes).fill(0x20),
        ...likely,
      ),
    ),
    { minLength: 1, maxLength: 10 },
  );

export const kernel = new Kernel();

/** Decodes the fields of records that are in reverse order in memory, with `around` before, between and after the fields. */
export function decodeAll(field: Field, encoding: CodePage, fields: Uint8Array[], around = 0x39) {
  kernel.reset();
  const { signFrom, scaleFrom } = field.notation;
  const ends = [field.endByte, signFrom?.endByte ?? 0, scaleFrom?.endByte ?? 0];
  const lengthBytes = Math.max(...ends) + 1;
  const bytes = new Uint8Array(fields.length * lengthBytes + 2 * READ_MARGIN_BYTES).fill(around);
  const offsets = fields.map((_, index) => READ_MARGIN_BYTES + (fields.length - 1 - index) * lengthBytes);
  for (const [index, content] of fields.entries()) bytes.set(content, offsets[index]! + field.startByte);
  const memory = kernel.place(bytes);
  const starts = Uint32Array.from(offsets, (offset) => memory + offset);
  const records = kernel.place(new Uint8Array(starts.buffer));
  const decoder = new FieldDecoder(kernel, { ...field, encoding }, fields.length);
  decoder.decode(records, fields.length);
  const rows = fields.map((_, index) => vectorValue(kernel, decoder.vector, index));
  return { decoder, rows, bytes, offsets };
}

/** Expects that the kernel and the one-value decoder read the same from every field, whatever bytes are around it. */
export function agrees(field: Field, encoding: CodePage, fields: Uint8Array[]): void {
  for (const around of [0x39, 0x20, 0xe9]) {
    const { decoder, rows, bytes, offsets } = decodeAll(field, encoding, fields, around);
    const expected = offsets.map((offset) => {
      const decoded = decodeValue(bytes, offset, { ...field, encoding });
      if (decoded.state === 'value') return comparable(decoded.value);
      return decoded.state === 'null' ? null : INVALID;
    });
    expectSameRows(rows, expected);
    expect(decoder.invalidCount).toBe(expected.filter((value) => value === INVALID).length);
    expect(decoder.vector.hasNulls).toBe(expected.some((value) => value === null || value === INVALID));
  }
}
