import { dateText } from '../decode/calendar.ts';
import { decodeValue } from '../decode/decode-value.ts';
import type { DecodedValue } from '../decode/decoded-value.ts';
import { beyondEnd } from '../decode/record-end.ts';
import { type FieldType, scaleOf } from '../layout/field-type.ts';
import type { ControlRecord, RecordMatch } from '../layout/layout.ts';
import { type ControlValue, numberValue } from './control-value.ts';

const SPACE = 0x20;

/** Is the record a header or trailer, by its bytes at the place that the layout names? `record` has no terminator. */
export function matchesControlRecord(record: Uint8Array, control: ControlRecord): boolean {
  return matches(record, control.match);
}

/** Are the record's bytes at every place of the rule one of those it names? */
export function matches(record: Uint8Array, match: RecordMatch): boolean {
  return match.every(
    ({ startByte, endByte, anyOf }) =>
      record.length >= endByte &&
      anyOf.some((bytes) => bytes.every((byte, index) => record[startByte + index] === byte)),
  );
}

/** The fields of a header or trailer. A short record reads as if filled up with `spaceByte`. */
export function readControlRecord(
  record: Uint8Array,
  control: Pick<ControlRecord, 'fields'>,
  lengthBytes: number,
  spaceByte = SPACE,
): Record<string, ControlValue> {
  const padded = new Uint8Array(Math.max(lengthBytes, record.length)).fill(spaceByte);
  padded.set(record);
  return Object.fromEntries(
    control.fields.map((field) => {
      const decoded = beyondEnd(field, record.length, spaceByte) ?? decodeValue(padded, 0, field);
      return [field.name, controlValue(decoded, field.type)];
    }),
  );
}

function controlValue(decoded: DecodedValue, type: FieldType): ControlValue {
  if (decoded.state === 'null') return { text: null };
  if (decoded.state === 'invalid') return { text: null, invalid: decoded.reason };
  const { value } = decoded;
  if (typeof value === 'bigint') return numberValue({ unscaled: value, scale: scaleOf(type) });
  if (value instanceof Uint8Array) return { text: Buffer.from(value).toString('hex') };
  return { text: type.kind === 'date' ? dateText(Number(value)) : String(value) };
}
