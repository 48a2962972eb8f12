import type { SummedField } from '../layout/layout.ts';

/** What one parser summed of a field. */
export interface FieldTotal {
  recordType: string;
  field: string;
  kind: SummedField['kind'];
  /** Unscaled, as a decimal string. */
  total: string;
  /** Records whose value could not be added. */
  undecodable: number;
}
