import { spaceOf } from '../decode/ascii-form.ts';
import { type DecodedValue, decodeValue } from '../decode/decode-value.ts';
import { isNumber, scaleOf } from '../layout/field-type.ts';
import type { ControlRecord, Field, RecordMatch } from '../layout/layout.ts';
import type { ControlValue } from './file-plan.ts';

const SPACE = 0x20;

/** Does the record begin (or wherever the layout looks) as a header or trailer does? `record` has no terminator. */
export function matchesControlRecord(record: Uint8Array, control: ControlRecord): boolean {
  return matches(record, control.match);
}

/** Are the record's bytes at the place one of those the rule names? */
export function matches(record: Uint8Array, { startByte, endByte, anyOf }: RecordMatch): boolean {
  if (record.length < endByte) return false;
  return anyOf.some((bytes) => bytes.every((byte, index) => record[startByte + index] === byte));
}

/** The fields of a header or trailer. A short record reads as if filled up with `spaceByte`. */
export function readControlRecord(
  record: Uint8Array,
  control: ControlRecord,
  lengthBytes: number,
  spaceByte = SPACE,
): Record<string, ControlValue> {
  const padded = new Uint8Array(Math.max(lengthBytes, record.length)).fill(spaceByte);
  padded.set(record);
  return Object.fromEntries(
    control.fields.map((field) => {
      const decoded = filledUp(field, record.length, spaceByte) ?? decodeValue(padded, 0, field);
      return [field.name, controlValue(decoded, field.type.kind, scaleOf(field.type))];
    }),
  );
}

/**
 * What a field is that does not end within the record and would not read blanks of the file as blanks: null, or invalid where the
 * record's end cuts it. Undefined for all others.
 */
function filledUp(field: Field, recordBytes: number, spaceByte: number): DecodedValue | undefined {
  const { startByte, endByte, usage, type, encoding } = field;
  const isText = usage === 'display' && type.kind !== 'binary' && encoding !== 'utf-16be';
  if (endByte <= recordBytes || (isText && spaceOf(encoding) === spaceByte)) return undefined;
  if (startByte >= recordBytes) return { state: 'null' };
  return { state: 'invalid', reason: isNumber(type) ? 'invalid-number' : 'invalid-text' };
}

function controlValue(decoded: DecodedValue, kind: string, scale: number): ControlValue {
  if (decoded.state === 'null') return { text: null };
  if (decoded.state === 'invalid') return { text: null, invalid: decoded.reason };
  const { value } = decoded;
  if (kind === 'date') {
    return { text: new Date((value as number) * 86_400_000).toISOString().slice(0, 10) };
  }
  if (typeof value === 'bigint') return { text: String(value), scale };
  return { text: value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value) };
}
