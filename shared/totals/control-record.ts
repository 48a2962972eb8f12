import { dateText } from '../decode/calendar.ts';
import { decodeFrom, lengthIn, padRecord, partOf } from '../decode/characters.ts';
import type { DecodedValue } from '../decode/decoded-value.ts';
import { beyondEnd } from '../decode/record-end.ts';
import { named } from '../json-shape.ts';
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
  return match.every((place) => {
    const { startByte, endByte, anyOf } = place;
    // Shorter than the place if the record ends within it.
    const found = partOf(record, place);
    return anyOf.some(
      (bytes) => found.length === endByte - startByte && bytes.every((byte, index) => found[index] === byte),
    );
  });
}

/**
 * The fields of a header or trailer, whose `length` is in the unit of `positions`. A short record reads as if filled up with
 * `spaceByte`.
 */
export function readControlRecord(
  record: Uint8Array,
  control: Pick<ControlRecord, 'fields' | 'positions'>,
  length: number,
  spaceByte = SPACE,
): Record<string, ControlValue> {
  const { positions } = control;
  const padded = padRecord(record, positions, length, spaceByte);
  const held = lengthIn(positions, record) ?? 0;
  return named(
    control.fields.map((field) => {
      const decoded = beyondEnd(field, held, spaceByte) ?? decodeFrom(padded, field);
      return [field.name, controlValue(decoded, field.type)] as const;
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
