/** A way to count the records of a file. */
interface CountConvention {
  /** As a layout writes it. */
  spelling: string;
  /** The kinds of records that it counts. */
  counted: readonly CountedKind[];
  /** After a number: 1744 details. */
  unit: string;
  /** After "the trailer counts". */
  described: string;
}

/** Kinds of records; `RecordCounts` has a number of each. */
export type CountedKind = 'detail' | 'header' | 'trailer';

/** The conventions that senders use for the number of records. Whoever reads, judges or explains such a number takes it from here. */
export const COUNT_CONVENTIONS = {
  'count-detail': {
    spelling: 'count(detail)',
    counted: ['detail'],
    unit: 'details',
    described: 'details only',
  },
  'count-all': {
    spelling: 'count(all)',
    counted: ['detail', 'header', 'trailer'],
    unit: 'records',
    described: 'all records',
  },
  'count-with-header': {
    spelling: 'count(detail+header)',
    counted: ['detail', 'header'],
    unit: 'details and header',
    described: 'details and header',
  },
  'count-with-trailer': {
    spelling: 'count(detail+trailer)',
    counted: ['detail', 'trailer'],
    unit: 'details and trailer',
    described: 'details and trailer',
  },
} as const satisfies Record<string, CountConvention>;

export type CountKind = keyof typeof COUNT_CONVENTIONS;

/** Every convention with its name, in the order in which they may explain a mismatch. */
export function countConventions(): [CountKind, CountConvention][] {
  return Object.entries(COUNT_CONVENTIONS) as [CountKind, CountConvention][];
}
