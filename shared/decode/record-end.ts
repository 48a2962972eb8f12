import type { Field } from '../layout/field.ts';
import { spaceOf } from './ascii-form.ts';
import type { DecodedValue } from './decoded-value.ts';

/** Addresses of the start and of the end of each record of a batch, or of the records that go with them. */
export interface RecordPlaces {
  /** Address of the address of each record, 4 bytes each. */
  starts: number;
  /** Address of the end of each record, 4 bytes each; 0 if all are whole. */
  ends: number;
}

/**
 * Does a field read the bytes that fill up a short record as blanks? A number that is not text does not, and neither does a text
 * whose blanks are other bytes.
 */
export function readsFilling(
  { usage, type, encoding }: Pick<Field, 'usage' | 'type' | 'encoding'>,
  spaceByte: number,
): boolean {
  const isText = usage === 'display' && type.kind !== 'binary';
  return isText && encoding !== 'utf-16be' && spaceOf(encoding) === spaceByte;
}

/**
 * The value of a field that does not end within a record of `recordBytes` and does not read the filling as blanks: null, or
 * invalid if the end of the record cuts it. Undefined for all other fields.
 */
export function beyondEnd(field: Field, recordBytes: number, spaceByte: number): DecodedValue | undefined {
  if (field.endByte <= recordBytes || readsFilling(field, spaceByte)) return undefined;
  return field.startByte >= recordBytes
    ? { state: 'null' }
    : { state: 'invalid', reason: 'cut-by-record-end' };
}
