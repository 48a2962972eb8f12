import type { Refusal } from '../refusal.ts';
import type { ControlTotalResult } from '../totals/control-totals.ts';
import type { ControlValue } from '../totals/control-value.ts';
import type { FieldTotal } from '../totals/field-total.ts';
import type { RecordCounts } from '../totals/record-counts.ts';
import {
  anyWord,
  byName,
  flag,
  nullable,
  objectOf,
  oneOf,
  optional,
  text,
  wholeNumber,
} from './json-shape.ts';

/** Counts by name: of a reason, a field, a record type. */
export const countsShape = byName(wholeNumber);

/** Partition column → value. */
export const partitionShape = byName(nullable(text));

export const recordCountsShape = objectOf<RecordCounts>({
  read: wholeNumber,
  header: wholeNumber,
  detail: wholeNumber,
  trailer: wholeNumber,
  rejected: wholeNumber,
  discarded: optional(countsShape),
});

export const controlTotalShape = objectOf<ControlTotalResult>({
  name: text,
  expected: nullable(text),
  actual: text,
  balanced: flag,
  pending: optional(flag),
  figure: optional(text),
});

const storedControlValue = objectOf<{ text: string | null; scale?: number; invalid?: string }>({
  text: nullable(text),
  scale: optional(wholeNumber),
  invalid: optional(text),
});

export const controlValuesShape = byName<ControlValue>((value) => storedControlValue(value));

export const fieldTotalShape = objectOf<FieldTotal>({
  recordType: text,
  field: text,
  kind: oneOf(['sum', 'hash']),
  total: text,
  undecodable: wholeNumber,
});

export const refusalShape = objectOf<Refusal>({ code: anyWord(), message: text });
