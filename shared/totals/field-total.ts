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
