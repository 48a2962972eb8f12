import type { Field } from '../layout/layout.ts';
import { spaceOf } from './ascii-form.ts';
import type { DecodedValue } from './decode-value.ts';

/** Records of a batch, or those that go with them: addresses of where each begins, and where each ends; 0 where all are whole. */
export interface RecordPlaces {
  starts: number;
  ends: number;
}

/**
 * Does a field read what a short record is filled up with as a blank? A number that is no text does not see that blanks were filled
 * in, nor does a text whose blanks are other bytes.
 */
export function readsFilling(
  { usage, type, encoding }: Pick<Field, 'usage' | 'type' | 'encoding'>,
  spaceByte: number,
): boolean {
  const isText = usage === 'display' && type.kind !== 'binary';
  return isText && encoding !== 'utf-16be' && spaceOf(encoding) === spaceByte;
}

/**
 * What a field is that does not end within a record of `recordBytes` and would not read the filling as blanks: null, or invalid
 * where the record's end cuts it. Undefined for all others.
 */
export function beyondEnd(field: Field, recordBytes: number, spaceByte: number): DecodedValue | undefined {
  if (field.endByte <= recordBytes || readsFilling(field, spaceByte)) return undefined;
  return field.startByte >= recordBytes
    ? { state: 'null' }
    : { state: 'invalid', reason: 'cut-by-record-end' };
}
