/**
 * One decoded field: text → string; integer and decimal → bigint, unscaled; date → days since 1970-01-01; timestamp → bigint
 * microseconds since 1970-01-01T00:00:00; boolean; double → number; binary → bytes.
 */
export type DecodedValue =
  | { state: 'null' }
  | { state: 'value'; value: string | bigint | number | boolean | Uint8Array }
  | { state: 'invalid'; reason: InvalidReason };

export type InvalidReason =
  | 'invalid-number'
  | 'ambiguous-number'
  | 'number-out-of-range'
  | 'blank-or-number'
  | 'invalid-date'
  | 'invalid-timestamp'
  | 'invalid-boolean'
  | 'invalid-text'
  | 'cut-by-record-end'
  | 'beyond-record-end';
