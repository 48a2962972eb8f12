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
 * May a record end within or before this field, so that what fills the record up is read as the blanks that were cut off? Only a
 * text may whose blanks are that byte: a number or a date that is cut is another number or date.
 */
export function mayBeFilled(
  { usage, type, encoding, mayBeAbsent }: Pick<Field, 'usage' | 'type' | 'encoding' | 'mayBeAbsent'>,
  spaceByte: number,
): boolean {
  const isText = usage === 'display' && type.kind === 'string';
  return mayBeAbsent && isText && encoding !== 'utf-16be' && spaceOf(encoding) === spaceByte;
}

/**
 * The value of a field that does not end within a record of `recordBytes`: invalid if the end cuts it, and if it begins there or
 * later, null or invalid as the layout says. Undefined for a field that is read from the bytes that are there.
 */
export function beyondEnd(field: Field, recordBytes: number, spaceByte: number): DecodedValue | undefined {
  if (field.endByte <= recordBytes || mayBeFilled(field, spaceByte)) return undefined;
  if (field.startByte < recordBytes) return { state: 'invalid', reason: 'cut-by-record-end' };
  return field.mayBeAbsent ? { state: 'null' } : { state: 'invalid', reason: 'beyond-record-end' };
}
