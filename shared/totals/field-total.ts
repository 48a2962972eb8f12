import { objectOf, oneOf, text, wholeNumber } from '../json-shape.ts';
import type { SummedField } from '../layout/layout.ts';

/** The sum of one field over the records of one range. */
export interface FieldTotal {
  recordType: string;
  field: string;
  kind: SummedField['kind'];
  /** Unscaled, as a decimal string. */
  total: string;
  /** Records whose value could not be added. */
  undecodable: number;
}

export const fieldTotalShape = objectOf<FieldTotal>({
  recordType: text,
  field: text,
  kind: oneOf(['sum', 'hash']),
  total: text,
  undecodable: wholeNumber,
});
