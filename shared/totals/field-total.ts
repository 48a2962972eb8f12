import { objectOf, oneOf, optional, text, wholeNumber } from '../json-shape.ts';
import type { SummedField } from '../layout/summed-fields.ts';

/** The sum of one field over the records of one range. */
export interface FieldTotal {
  /** `SummedField.key`; earlier versions wrote none, and had no conditions. */
  key?: string;
  recordType: string;
  field: string;
  kind: SummedField['kind'];
  /** Unscaled, as a decimal string. */
  total: string;
  /** Records whose value could not be added. */
  undecodable: number;
}

export const fieldTotalShape = objectOf<FieldTotal>({
  key: optional(text),
  recordType: text,
  field: text,
  kind: oneOf(['sum', 'hash', 'count']),
  total: text,
  undecodable: wholeNumber,
});
